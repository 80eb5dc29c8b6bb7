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
import type { Topic } from "../broker/topic.ts";
import type { CommandSink } from "../protocol/decoder.ts";
import { type Fault, isFatal } from "../protocol/faults.ts";
import { type Identity, unidentified } from "../protocol/identify.ts";
import { errorFrame, heartbeatFrame } from "../protocol/response.ts";
import * as commands from "./commands.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Input } from "./input.ts";
import { Output, owedReplyBytesMax } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import * as publishing from "./publishing.ts";
import { Reading } from "./reading.ts";
import type { State } from "./verdicts.ts";

/** Topics that one connection's publishes are counted by; more are published to, and not counted apart. */
const countedTopicsMax = 1_000;
/** How long a connection that only publishes is held back while memory is short; then it is refused. */
const holdMs = 5_000;
const loggedLengthMax = 256;

export interface PublishCount {
  readonly topic: Topic;
  /** The topic's name and a line feed, as a PUB to it has them. */
  readonly line: Uint8Array;
  count: number;
}

const noTopic = new Uint8Array();

export class Session implements CommandSink, Consumer {
  readonly ports: TcpPorts;
  readonly output: Output;
  readonly number: number;
  readonly remoteAddress: string;
  readonly connectedAtMs: number;
  state: State = "init";
  settings: Identity;
  subscription: Subscription | null = null;
  published: PublishCount | null = null;
  lastTopic: Uint8Array = noTopic;
  readonly publishCounts = new Map<string, PublishCount>();
  closed = false;
  readonly #host: string;
  readonly #socket: Socket;
  readonly #input: Input;
  readonly #reading: Reading;
  readonly #heartbeat: Heartbeat;
  readonly #onClose: (session: Session) => void;
  #heardMs: number;
  #heldSinceMs: number | null = null;
  #clampNoted = false;
  #identity: ClientIdentity | null = null;
  /** Forgets that its end is held back; null: it is not. */
  #forgetEnd: (() => void) | null = null;

  constructor(
    ports: TcpPorts,
    socket: Socket,
    identity: { readonly number: number; readonly remoteAddress: string; readonly host: string },
    onClose: (session: Session) => void,
  ) {
    this.ports = ports;
    this.#socket = socket;
    this.#onClose = onClose;
    this.number = identity.number;
    this.remoteAddress = identity.remoteAddress;
    this.#host = identity.host;
    this.settings = unidentified(identity.host, ports.limits);
    this.output = new Output(socket, ports.turn);
    this.#input = new Input(this);
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
      resumeInput: () => this.#input.resume(),
      resumeSocket: () => {
        this.#heardMs = ports.broker.time.nowMs;
        socket.resume();
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
    socket.on("drain", () => this.#drained());
    socket.on("end", () => this.#ended());
    // A reset tells nothing that 'close', which follows it, does not.
    socket.on("error", () => {});
    socket.on("close", () => this.#gone());
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

  // -- bytes in ---------------------------------------------------------------------------------

  /** `bytes` bytes are in the shared read buffer. False: read no more until told. */
  readonly received = (bytes: number): boolean => {
    // What comes after the end is read and dropped, so that the client can take the error and go.
    if (this.closed) return this.#forgetEnd === null;
    this.ports.now();
    this.#reading.begin();
    if (this.#input.received(bytes)) this.#heardMs = this.ports.broker.time.nowMs;
    return this.#forgetEnd === null && this.#reading.mayReadOn();
  };

  get suspended(): boolean {
    return this.#reading.suspended;
  }

  /** A command goes on in the next turns: see `Reading`. */
  suspend(step: () => boolean): void {
    this.#reading.suspend(step);
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
    if (this.subscription !== null || this.published === null) return false;
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
    this.#socket.destroy();
  }

  /** The end, in order: what is owed goes out, an error last, and the client has time to take it. */
  #end(): void {
    this.#leave();
    this.#sayLast();
    this.#socket.end();
    this.#heartbeat.linger();
  }

  /** The end after a fault, now or when the tarpit lets it go; nothing is read meanwhile. */
  #endLate(): void {
    this.#leave();
    this.#sayLast();
    const { broker, tarpit } = this.ports;
    this.#forgetEnd = tarpit.hold(this.#host, broker.time.nowMs, () => {
      this.#forgetEnd = null;
      this.#end();
      this.#socket.resume();
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
    this.#heartbeat.stop();
    this.#input.drop();
    this.output.releaseAll();
    this.#onClose(this);
  }

  /** From here on nothing is carried out and nothing is handed to it. */
  #leave(): void {
    this.closed = true;
    this.ports.held.delete(this);
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

  /** What is not read cannot be heard, and has no deadline. */
  #silentMs(): number {
    this.ports.now();
    return this.#reading.paused ? 0 : this.ports.broker.time.nowMs - this.#heardMs;
  }

  #beat(): void {
    // Who has not said the magic speaks another protocol, perhaps.
    if (this.#input.greeted) this.output.respond(heartbeatFrame);
  }

  #giveUp(why: string): void {
    if (!this.closed) this.#note(`${why}, closed`);
    this.close();
  }

  // -- figures ----------------------------------------------------------------------------------

  /** Counts publishes to a topic; the last one is found without a look-up. */
  countPublish(topic: Topic, messages: number): void {
    let counted = this.published;
    if (counted === null || counted.topic !== topic) {
      counted = this.publishCounts.get(topic.name) ?? null;
      if (counted === null || counted.topic !== topic) {
        counted = {
          topic,
          line: new Uint8Array(Buffer.from(`${topic.name}\n`)),
          count: counted?.count ?? -0,
        };
        if (this.publishCounts.size < countedTopicsMax) this.publishCounts.set(topic.name, counted);
      }
      this.published = counted;
      this.lastTopic = counted.line;
    }
    counted.count += messages;
  }

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
