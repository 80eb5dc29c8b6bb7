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
import type { CommandSink } from "../protocol/decoder.ts";
import { type Fault, fault, isFatal } from "../protocol/faults.ts";
import { type Identity, unidentified } from "../protocol/identify.ts";
import { errorFrame, heartbeatFrame } from "../protocol/response.ts";
import * as commands from "./commands.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Input, readBytes } from "./input.ts";
import { Output, owedReplyBytesMax } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import { PublishCounts } from "./publish-counts.ts";
import * as publishing from "./publishing.ts";
import { costPerTurnMax, Reading } from "./reading.ts";
import { upgrade } from "./upgrade.ts";
import type { State } from "./verdicts.ts";
import { Wire } from "./wire.ts";

/** How long a connection that only publishes is held back while memory is short; then it is refused. */
const holdMs = 5_000;
const loggedLengthMax = 256;

export class Session implements CommandSink, Consumer {
  readonly ports: TcpPorts;
  readonly output: Output;
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
  readonly wire: Wire;
  readonly host: string;
  readonly #input: Input;
  readonly #reading: Reading;
  readonly #heartbeat: Heartbeat;
  readonly #gatekeeper: Gatekeeper | null;
  readonly #onClose: (session: Session) => void;
  #heardMs: number;
  #heldSinceMs: number | null = null;
  #clampNoted = false;
  #identity: ClientIdentity | null = null;
  /** Forgets that its end is held back; null: it is not. */
  #forgetEnd: (() => void) | null = null;

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
    this.settings = unidentified(identity.host, ports.limits);
    this.wire = new Wire(accepted, {
      received: (bytes) => this.#received(bytes),
      drained: () => this.#drained(),
      ended: () => this.#ended(),
      gone: () => this.#gone(),
    });
    this.output = new Output(this.wire.top, ports.turn);
    this.#gatekeeper = ports.isTlsRequired || ports.authority !== null ? new Gatekeeper(this) : null;
    this.#input = new Input(this.#gatekeeper ?? this);
    this.connectedAtMs = ports.broker.time.wallMs;
    this.#heardMs = ports.broker.time.nowMs;
    const session = this;
    this.#reading = new Reading({
      get closed() {
        return session.closed;
      },
      now: ports.now,
      mustWait: () => this.#mustWait(),
      waiting: (isWaiting) => (isWaiting ? ports.held.add(this) : ports.held.delete(this)),
      hasWaiting: () => this.#input.hasWaiting,
      resumeInput: () => this.#input.resume(),
      resumeSocket: () => {
        this.#heardMs = ports.broker.time.nowMs;
        this.wire.resume();
      },
    });
    this.#heartbeat = new Heartbeat({
      isStalled: () => this.output.isStalled(),
      isOwed: () => this.output.owedBytes > 0,
      silentMs: () => this.#silentMs(),
      beat: () => this.#beat(),
      giveUp: (why) => this.#giveUp(why),
    });
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
      const rest = this.#input.takeWaiting();
      const failed = await upgrade(this, granted, this.ports.handshakes, rest).catch(
        (error: Error) => error.message,
      );
      return () => {
        if (failed !== null) return this.fail(fault("E_IDENTIFY_FAILED", `IDENTIFY failed ${failed}`));
        this.wire.read();
        if (this.ports.authority === null) this.#input.serve(this);
      };
    });
  }

  // -- bytes in ---------------------------------------------------------------------------------

  /** `bytes` bytes are in the shared read buffer. False: read no more until told. */
  #received(bytes: number): boolean {
    // What comes after the end is read and dropped, so that the client can take the error and go.
    if (this.closed) return this.#forgetEnd === null;
    this.ports.now();
    this.#reading.begin();
    if (this.#input.received(bytes)) this.#heardMs = this.ports.broker.time.nowMs;
    // There is more where this came from: others come first.
    if (bytes === readBytes) this.spend(costPerTurnMax);
    return this.#forgetEnd === null && this.#reading.mayReadOn();
  }

  get suspended(): boolean {
    return this.#reading.suspended;
  }

  get lastTopic(): Uint8Array {
    return this.published.lastLine;
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
          this.#heardMs = this.ports.broker.time.nowMs;
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

  /**
   * It does not read its replies; or memory is short and it only publishes: then reading it waits. One that waited
   * for memory for long enough goes on, to be refused.
   */
  #mustWait(): boolean {
    if (this.output.owedReplyBytes > owedReplyBytesMax) return true;
    const { pressure, time } = this.ports.broker;
    if (pressure === "none") {
      this.#heldSinceMs = null;
      return false;
    }
    if (this.subscription !== null || this.published.last === null) return false;
    this.#heldSinceMs ??= time.nowMs;
    return time.nowMs - this.#heldSinceMs < holdMs;
  }

  publish(
    bytes: Buffer,
    view: DataView,
    topicFrom: number,
    topicTo: number,
    bodyFrom: number,
    bodyBytes: number,
  ): void {
    publishing.publish(this, bytes, view, topicFrom, topicTo, bodyFrom, bodyBytes);
  }

  finish(logId: number, seq: number, bytes: Buffer, idAt: number): void {
    commands.finish(this, logId, seq, bytes, idAt);
  }

  command(fields: readonly string[]): void {
    commands.command(this, fields);
    this.spend(1);
  }

  checkLine(fields: readonly string[]): Fault | null {
    return commands.checkLine(this, fields);
  }

  checkSize(fields: readonly string[], bodyBytes: number): Fault | null {
    return commands.checkSize(this, fields, bodyBytes);
  }

  body(fields: readonly string[], bytes: Buffer, view: DataView, from: number, bodyBytes: number): void {
    commands.body(this, fields, bytes, view, from, bodyBytes);
    this.spend(1);
  }

  truncated(fields: readonly string[], view: DataView, from: number, to: number): void {
    commands.truncated(this, fields, view, from, to);
  }

  // -- ends -------------------------------------------------------------------------------------

  fail(fault: Fault): void {
    if (this.closed) return;
    this.output.respond(errorFrame(fault));
    if (!isFatal(fault)) return;
    this.#note(fault.text);
    this.#endLate();
  }

  /** It sends what is no command of NSQ's at all. */
  hangUp(): void {
    if (this.closed) return;
    this.#note("sends no commands, closed");
    this.#endLate();
  }

  /** The channel is gone, or the node stops. What is answered already is still said, if the socket takes it. */
  close(): void {
    this.closed = true;
    this.#sayLast();
    this.wire.destroy();
  }

  /** The end, in order: what is owed goes out, an error last, and the client has time to take it. */
  #end(): void {
    this.#leave();
    this.#sayLast();
    this.wire.end();
    this.#heartbeat.linger();
  }

  /** The end after a fault, now or when the tarpit lets it go; nothing is read meanwhile. */
  #endLate(): void {
    this.#leave();
    this.#sayLast();
    const { broker, tarpit } = this.ports;
    this.#forgetEnd = tarpit.hold(this.host, broker.time.nowMs, () => {
      this.#forgetEnd = null;
      this.#end();
      this.wire.resume();
    });
    if (this.#forgetEnd === null) this.#end();
    else this.#heartbeat.stop();
  }

  #sayLast(): void {
    this.output.flushOk();
    this.output.uncork();
  }

  #ended(): void {
    this.ports.now();
    if (!this.closed) this.#input.end();
    if (!this.closed) this.#end();
  }

  #gone(): void {
    this.ports.now();
    this.#leave();
    this.#forgetEnd?.();
    this.#gatekeeper?.drop();
    this.#heartbeat.stop();
    this.#input.drop();
    this.output.releaseAll();
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

  // -- messages out -----------------------------------------------------------------------------

  write(frames: Uint8Array, slab: Slab | null): boolean {
    return this.output.write(frames, slab);
  }

  #drained(): void {
    this.output.releaseWritten();
    if (this.subscription?.blocked) this.subscription.unblock();
    if (this.ports.held.has(this)) this.release();
  }

  // -- time -------------------------------------------------------------------------------------

  /** What is not read, or waits for us, cannot be heard, and has no deadline. */
  #silentMs(): number {
    this.ports.now();
    const { asking, paused } = this.#reading;
    return asking || paused ? 0 : this.ports.broker.time.nowMs - this.#heardMs;
  }

  #beat(): void {
    // Who has not said the magic speaks another protocol, perhaps; and clients take none before the reply to AUTH.
    if (this.#input.greeted && !this.#reading.asking) this.output.respond(heartbeatFrame);
  }

  #giveUp(why: string): void {
    if (!this.closed) this.#note(`${why}, closed`);
    this.close();
  }

  // -- what is said in the log ------------------------------------------------------------------

  /** Once for a connection: a client that does it once does it always. */
  noteClamped(askedMs: number | bigint, clampedMs: number): void {
    if (!this.#clampNoted) this.#note(`REQ timeout ${askedMs} set to ${clampedMs}`);
    this.#clampNoted = true;
  }

  /** Text may have bytes of the client's in it. */
  #note(text: string): void {
    const shown = text.slice(0, loggedLengthMax).replace(/[^\x20-\x7e]/g, "?");
    this.ports.log.info(`client ${this.remoteAddress}: ${shown}`);
  }
}
