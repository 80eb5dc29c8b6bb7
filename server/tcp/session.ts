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
import { Input } from "./input.ts";
import { Output, owedBytesMax } from "./output.ts";
import type { TcpPorts } from "./ports.ts";
import * as publishing from "./publishing.ts";
import type { State } from "./verdicts.ts";

/** Topics that one connection's publishes are counted by; more are published to, and not counted apart. */
const countedTopicsMax = 1_000;
/** How long a connection that only publishes is held back while memory is short; then it is refused. */
const holdMs = 5_000;
/** Time for a client to take a last error and go. */
const lingerMs = 1_000;

export interface PublishCount {
  readonly topic: Topic;
  count: number;
}

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
  readonly publishCounts = new Map<string, PublishCount>();
  closed = false;
  suspended = false;
  readonly #socket: Socket;
  readonly #input: Input;
  readonly #onClose: (session: Session) => void;
  #heartbeat: NodeJS.Timeout | null = null;
  #cutOff: NodeJS.Timeout | null = null;
  #lastCommandMs: number;
  #paused = false;
  #heldSinceMs: number | null = null;
  #identity: ClientIdentity | null = null;

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
    this.settings = unidentified(identity.host, ports.limits);
    this.output = new Output(socket, ports.turn);
    this.#input = new Input(this);
    this.connectedAtMs = ports.broker.time.wallMs;
    this.#lastCommandMs = ports.broker.time.nowMs;
    this.beat();
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
    this.beat();
  }

  // -- bytes in ---------------------------------------------------------------------------------

  /** `bytes` bytes are in the shared read buffer. False: read no more until told. */
  readonly received = (bytes: number): boolean => {
    this.ports.now();
    if (this.closed) return true;
    if (this.#input.received(bytes)) this.#lastCommandMs = this.ports.broker.time.nowMs;
    this.#paused = this.suspended || this.output.owedBytes > this.#owedBytesMax || this.#mayHold();
    return !this.#paused;
  };

  /**
   * A command goes on for longer than a turn: `step` is called once a turn until it returns true, and nothing
   * more is read meanwhile. It is finished also when the client has gone.
   */
  suspend(step: () => boolean): void {
    this.suspended = true;
    setImmediate(() => {
      this.ports.now();
      this.#lastCommandMs = this.ports.broker.time.nowMs;
      if (!step()) return this.suspend(step);
      this.suspended = false;
      if (this.closed) return;
      this.#input.resume();
      if (!this.suspended && this.output.owedBytes <= this.#owedBytesMax && !this.#mayHold()) this.#resume();
    });
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
  }

  checkLine(fields: readonly string[]): Fault | null {
    return commands.checkLine(this, fields);
  }

  checkSize(fields: readonly string[], bodyBytes: number): Fault | null {
    return commands.checkSize(this, fields, bodyBytes);
  }

  body(fields: readonly string[], bytes: Buffer, view: DataView, from: number, bodyBytes: number): void {
    commands.body(this, fields, bytes, view, from, bodyBytes);
  }

  truncated(fields: readonly string[], view: DataView, from: number, to: number): void {
    commands.truncated(this, fields, view, from, to);
  }

  // -- ends -------------------------------------------------------------------------------------

  fail(fault: Fault): void {
    this.output.respond(errorFrame(fault));
    if (!isFatal(fault)) return;
    this.ports.log.info(`client ${this.remoteAddress}: ${fault.text}`);
    this.closed = true;
    this.output.uncork();
    this.#socket.end();
    // What the client still sends is read and dropped, so that the error reaches it before the
    // close; one that does not go is cut off.
    this.#cutOff = setTimeout(() => this.#socket.destroy(), lingerMs);
  }

  hangUp(): void {
    this.closed = true;
    this.#socket.destroy();
  }

  /** The channel is gone, or the node stops. */
  close(): void {
    this.hangUp();
  }

  #ended(): void {
    this.ports.now();
    if (!this.closed) this.#input.end();
    this.output.flushOk();
    this.output.uncork();
    this.#socket.end();
  }

  #gone(): void {
    this.closed = true;
    this.ports.now();
    clearInterval(this.#heartbeat ?? undefined);
    clearTimeout(this.#cutOff ?? undefined);
    this.output.releaseWritten();
    const { subscription } = this;
    this.subscription = null;
    subscription?.close();
    this.#onClose(this);
  }

  // -- messages out -----------------------------------------------------------------------------

  write(frames: Uint8Array, slab: Slab | null): boolean {
    return this.output.write(frames, slab);
  }

  #drained(): void {
    this.output.releaseWritten();
    if (this.subscription?.blocked) this.subscription.unblock();
    if (this.#paused && !this.suspended && !this.ports.held.has(this)) this.#resume();
  }

  /** A consumer is read for longer: what it has to say are the answers that let messages go. */
  get #owedBytesMax(): number {
    return this.subscription === null ? owedBytesMax : 4 * owedBytesMax;
  }

  #resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  // -- time -------------------------------------------------------------------------------------

  /** Heartbeats at the interval that holds now, from now on. */
  beat(): void {
    clearInterval(this.#heartbeat ?? undefined);
    const { heartbeatIntervalMs } = this.settings;
    this.#heartbeat =
      heartbeatIntervalMs === 0 ? null : setInterval(() => this.#onBeat(), heartbeatIntervalMs);
  }

  #onBeat(): void {
    this.ports.now();
    const { nowMs } = this.ports.broker.time;
    // Timers fire a little early or late: what is due within a hundredth of the interval is due.
    const silentMs = nowMs - this.#lastCommandMs;
    const overdue = silentMs >= this.settings.heartbeatIntervalMs * 1.99 && this.#heldSinceMs === null;
    if (overdue || this.output.isStalled()) {
      this.ports.log.info(`client ${this.remoteAddress}: ${overdue ? "silent" : "does not read"}, closed`);
      this.hangUp();
      return;
    }
    this.output.respond(heartbeatFrame);
  }

  /**
   * Memory is short and this connection only publishes: reading it waits. Its heartbeat deadline
   * waits, too, since it cannot be heard. One that was held for long enough goes on, to be refused.
   */
  #mayHold(): boolean {
    if (this.ports.broker.pressure === "none") {
      this.#heldSinceMs = null;
      return false;
    }
    if (this.subscription !== null || this.published === null || this.#heldSinceMs !== null) return false;
    this.#heldSinceMs = this.ports.broker.time.nowMs;
    this.ports.held.add(this);
    return true;
  }

  /** Asked every tick while held. True: it is read again. */
  release(): boolean {
    const { pressure, time } = this.ports.broker;
    if (this.closed) return true;
    if (pressure !== "none" && time.nowMs - (this.#heldSinceMs ?? 0) < holdMs) return false;
    this.#lastCommandMs = time.nowMs;
    if (pressure === "none") this.#heldSinceMs = null;
    if (this.output.owedBytes <= this.#owedBytesMax) this.#resume();
    return true;
  }

  // -- figures ----------------------------------------------------------------------------------

  /** Counts publishes to a topic; the last one is found without a look-up. */
  countPublish(topic: Topic, messages: number): void {
    let counted = this.published;
    if (counted === null || counted.topic !== topic) {
      counted = this.publishCounts.get(topic.name) ?? null;
      if (counted === null || counted.topic !== topic) {
        counted = { topic, count: counted?.count ?? 0 };
        if (this.publishCounts.size < countedTopicsMax) this.publishCounts.set(topic.name, counted);
      }
      this.published = counted;
    }
    counted.count += messages;
  }
}
