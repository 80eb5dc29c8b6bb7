/**
 * One connection: its state, its place on a channel, and what it published. Commands
 * arrive from the decoder in order; what each may do in each state is in
 * `verdicts`, what it does in `commands`. Here is the one place that closes a connection
 * because of a fault (E1).
 */
import type { Socket } from "node:net";
import type { ClientIdentity, Consumer } from "../broker/ports.ts";
import type { Slab } from "../broker/slab.ts";
import type { Subscription } from "../broker/subscription.ts";
import type { AuthStats } from "../protocol/connection.ts";
import { type Fault, fault, isFatal } from "../protocol/faults.ts";
import { type Identity, unidentified } from "../protocol/identify.ts";
import { errorFrame, heartbeatFrame } from "../protocol/response.ts";
import { CarryingOut } from "./carrying-out.ts";
import { ClientLog } from "./client-log.ts";
import { Ending } from "./ending.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Input, readBytes } from "./input.ts";
import { MemoryHold } from "./memory-hold.ts";
import { Output, owedReplyBytesMax } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import { PublishCounts } from "./publish-counts.ts";
import { costPerTurnMax, Reading } from "./reading.ts";
import { type PublishVerb, Replies } from "./replies.ts";
import { upgrade } from "./upgrade.ts";
import type { State } from "./verdicts.ts";
import { Wire } from "./wire.ts";

/** Leaving each to a turn of its own would cost who publishes without pause a third of the rate. */
const fullReadsPerTurn = 4;

export class Session implements Consumer {
  readonly ports: TcpPorts;
  readonly output: Output;
  readonly replies: Replies;
  readonly number: number;
  readonly remoteAddress: string;
  readonly connectedAtMs: number;
  state: State = "init";
  settings: Identity;
  subscription: Subscription | null = null;
  /** Who an authorisation server says it is; null: nobody has said. */
  auth: AuthStats | null = null;
  closed = false;
  readonly published = new PublishCounts();
  readonly carryingOut = new CarryingOut(this);
  readonly wire: Wire;
  readonly host: string;
  readonly log: ClientLog;
  readonly #ending: Ending;
  #fullReads = 0;
  readonly #memoryHold: MemoryHold;
  readonly #input: Input;
  readonly #reading: Reading;
  readonly #heartbeat: Heartbeat;
  readonly #gatekeeper: Gatekeeper | null;
  readonly #onClose: (session: Session) => void;
  #identity: ClientIdentity | null = null;

  constructor(
    ports: TcpPorts,
    accepted: Socket,
    identity: { readonly number: number; readonly remoteAddress: string; readonly host: string },
    onClose: (session: Session) => void,
  ) {
    this.ports = ports;
    this.#onClose = onClose;
    this.number = identity.number;
    this.remoteAddress = identity.remoteAddress;
    this.host = identity.host;
    this.log = new ClientLog(ports.log, identity.remoteAddress);
    this.settings = unidentified(identity.host, ports.limits);
    this.wire = new Wire(accepted, {
      received: (bytes) => this.#received(bytes),
      drained: () => this.#drained(),
      ended: () => this.#reading.ended(),
      gone: () => this.#gone(),
    });
    this.output = new Output(this.wire.top, ports.turn);
    this.replies = new Replies({
      ...{ broker: ports.broker, turn: ports.turn, output: this.output },
      overdue: (verb) => this.#notStored(verb),
      said: () => {
        if (ports.held.has(this)) this.release();
      },
    });
    this.#gatekeeper = ports.isTlsRequired || ports.authority !== null ? new Gatekeeper(this) : null;
    this.#input = new Input(this.#gatekeeper ?? this.carryingOut);
    this.connectedAtMs = ports.broker.time.wallMs;
    const session = this;
    this.#reading = new Reading({
      get closed() {
        return session.closed;
      },
      now: () => {
        ports.now();
        return ports.broker.time.nowMs;
      },
      mustWait: () => this.#mustWait(),
      waiting: (isWaiting) => (isWaiting ? ports.held.add(this) : ports.held.delete(this)),
      hasWaiting: () => this.#input.hasWaiting,
      resumeInput: () => this.#input.resume(),
      resumeSocket: () => this.wire.resume(),
      rest: (readAgain) => void ports.rests.add(ports.broker.time.nowMs, readAgain),
      finish: () => this.#finish(),
    });
    this.#heartbeat = new Heartbeat({
      isStalled: () => this.output.isStalled(),
      isOwed: () => this.output.owedBytes > 0,
      silentMs: () => this.#reading.silentMs(),
      beat: () => this.#beat(),
      giveUp: (why) => this.#giveUp(why),
    });
    this.#memoryHold = new MemoryHold(ports.broker);
    this.#ending = new Ending(this, this.#heartbeat);
    this.#heartbeat.start(this.settings.heartbeatIntervalMs);
    this.wire.resume();
  }

  get identity(): ClientIdentity {
    const { clientId, hostname } = this.settings;
    this.#identity ??= { number: this.number, clientId, hostname, remoteAddress: this.remoteAddress };
    return this.#identity;
  }

  /** IDENTIFY has said who it is and what it wants. */
  identified(settings: Identity): void {
    this.settings = settings;
    this.#identity = null;
    this.#heartbeat.start(settings.heartbeatIntervalMs);
  }

  /** Lays over the connection what IDENTIFY has granted, behind its reply. */
  upgrade(granted: Identity): void {
    this.wait("unread", async () => {
      const failed = await upgrade(this, granted, this.#input.takeWaiting());
      return () => {
        if (failed !== null) return this.fail(failed);
        this.wire.read();
        if (this.ports.authority === null) this.#input.serve(this.carryingOut);
      };
    });
  }

  // -- bytes in ---------------------------------------------------------------------------------

  /** `bytes` bytes are in the shared read buffer. False: read no more until told. */
  #received(bytes: number): boolean {
    // What comes after the end is read and dropped, so that the client can take the error and go.
    if (this.closed) return !this.#ending.isHeldBack;
    this.ports.now();
    this.#reading.begin();
    this.#reading.read(bytes, this.#input.received(bytes), this.ports.broker.time.nowMs);
    // There is more where this came from: after some of it others come first.
    if (bytes === readBytes && ++this.#fullReads % fullReadsPerTurn === 0) this.spend(costPerTurnMax);
    return !this.#ending.isHeldBack && this.#reading.mayReadOn();
  }

  get suspended(): boolean {
    return this.#reading.suspended;
  }

  /** A command goes on in the next turns: see `Reading`. */
  suspend(step: () => boolean): void {
    this.#reading.suspend(step);
  }

  /**
   * Nothing more is carried out or said until `ask`, which begins once this turn's commands are done, has resolved
   * to what is done then; that is left out when the connection has ended meanwhile. `listening`: it goes on being
   * read as long as nothing comes, so that its end is noticed.
   */
  wait(how: "listening" | "unread", ask: () => Promise<() => void>): void {
    const goOn = this.#reading.wait(how === "listening");
    setImmediate(() =>
      ask().then((then) =>
        goOn(() => {
          if (!this.closed) then();
        }),
      ),
    );
  }

  /** Carrying out a command has cost as much as so many small ones. */
  spend(cost: number): void {
    this.#reading.spend(cost);
  }

  /** Asked every tick while it waits. */
  release(): void {
    this.#reading.goOn();
  }

  /** It does not read its replies; or memory is short. */
  #mustWait(): boolean {
    if (this.output.owedReplyBytes > owedReplyBytesMax) return true;
    if (this.replies.isFull) return true;
    return this.#memoryHold.mustWait(this.subscription === null && this.published.last !== null);
  }

  // -- ends -------------------------------------------------------------------------------------

  fail(failed: Fault): void {
    if (this.closed) return;
    this.replies.respond(errorFrame(failed));
    if (isFatal(failed)) this.#refuse(failed.text);
  }

  /** It sends what is no command of NSQ's at all. */
  hangUp(): void {
    if (!this.closed) this.#refuse("sends no commands, closed");
  }

  /** A publish was not stored in time. What is owed behind it is left unsaid. */
  #notStored(verb: PublishVerb): void {
    const failed = fault(`E_${verb}_FAILED`, `${verb} failed the store did not take it in time`);
    this.output.respond(errorFrame(failed));
    if (this.closed) this.#ending.end();
    else this.#refuse(failed.text);
  }

  #refuse(note: string): void {
    this.log.note(note);
    this.#leave();
    this.replies.whenEmpty(() => this.#ending.endLate());
  }

  /** The channel is gone, or the node stops. */
  close(): void {
    this.closed = true;
    this.#ending.break();
  }

  /** Nothing more will come: what is left of a command is answered, and the connection ends. */
  #finish(): void {
    this.ports.now();
    if (!this.closed) this.#input.end();
    if (this.closed) return;
    this.#leave();
    this.replies.whenEmpty(() => this.#ending.end());
  }

  #gone(): void {
    this.ports.now();
    this.#leave();
    this.#ending.done();
    this.replies.drop();
    this.#gatekeeper?.drop();
    this.#input.drop();
    this.#onClose(this);
  }

  /** From here on nothing is carried out and nothing is handed to it. */
  #leave(): void {
    this.closed = true;
    this.ports.held.delete(this);
    this.wire.discard();
    const { subscription } = this;
    this.subscription = null;
    subscription?.close();
  }

  write(frames: Uint8Array, slab: Slab | null): boolean {
    return this.output.write(frames, slab);
  }

  #drained(): void {
    this.output.releaseWritten();
    if (this.subscription?.blocked) this.subscription.unblock();
    if (this.ports.held.has(this)) this.release();
  }

  #beat(): void {
    // Who has not said the magic speaks another protocol, perhaps; and clients take none before the reply to AUTH.
    if (this.#input.greeted && !this.#reading.asking) this.output.respond(heartbeatFrame);
  }

  #giveUp(why: string): void {
    if (!this.closed) this.log.note(`${why}, closed`);
    this.close();
  }
}
