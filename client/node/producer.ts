/**
 * Publishes to one node. Each publish is settled once: when the node has acknowledged or refused it, when the
 * connection it was sent on is lost, or when its time is over. What was not sent yet waits for the next connection.
 */
import { EventEmitter } from "node:events";
import { isValidName } from "../../server/protocol/names.ts";
import type { Connection } from "./connection.ts";
import { type ClientError, PublishError, type PublishOutcome } from "./errors.ts";
import { Link, type LinkOwner } from "./link.ts";
import { type ProducerOptions, type ProducerSettings, producerSettings } from "./options.ts";
import { Pending, type Publish, publishBytes } from "./pending.ts";

export interface ProducerEvents {
  connected: [nsqdAddress: string];
  /** null: closed by us. */
  disconnected: [nsqdAddress: string, error: ClientError | null];
  /** Something went wrong that is no publish's own. */
  fault: [error: ClientError];
}

/** Text is sent as UTF-8. Bytes must stay as they are until the promise is settled. */
export type Body = string | Uint8Array;

const overdueIntervalMsMax = 1_000;
/** Of storing, after which others of the same connection may have been published or not. */
const storageFailure = /^E_[MD]?PUB_FAILED$/;

export class Producer extends EventEmitter<ProducerEvents> {
  readonly #settings: ProducerSettings;
  readonly #link: Link;
  readonly #pending = new Pending();
  readonly #overdue: NodeJS.Timeout;
  /** Who waits until less is pending. */
  #draining: (() => void)[] = [];
  #closing: Promise<void> | null = null;
  #isClosed: () => void = () => {};
  #late: NodeJS.Timeout | undefined;
  #isEnded = false;
  /** The node has refused a publish, and the connection ends; those sent behind it were not looked at. */
  #unsendAtClose = false;

  /** Connects at once. Throws an `OptionError`. */
  constructor(options: ProducerOptions) {
    super();
    this.#settings = producerSettings(options);
    this.#link = new Link(this.#settings.nsqdTcpAddress, this.#settings, this.#owner());
    this.#link.connect();
    const intervalMs = Math.min(overdueIntervalMsMax, this.#settings.publishTimeoutMs / 4);
    // Answers that have come while our own process was busy are read first.
    this.#overdue = setInterval(() => setImmediate(() => this.#giveUpOverdue()), intervalMs);
  }

  get isConnected(): boolean {
    return this.#link.connection !== null;
  }

  /** Bytes of publishes that are not acknowledged. */
  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  /** Resolves when the node has the message. Rejects with a `PublishError`. */
  publish(topic: string, body: Body): Promise<void> {
    return this.#publish("PUB", topic, "", bytesOf(body));
  }

  /** Publishes all of them with one command, or none. At least one. */
  publishMany(topic: string, bodies: readonly Body[]): Promise<void> {
    return this.#publish("MPUB", topic, "", bodies.map(bytesOf));
  }

  /** Delivered `delayMs` after a channel has it, at the earliest. */
  publishDeferred(topic: string, body: Body, delayMs: number): Promise<void> {
    if (!(delayMs >= 0 && Number.isFinite(delayMs)))
      return Promise.reject(new PublishError("E_INVALID", `a delay of ${delayMs} ms`, "unsent"));
    return this.#publish("DPUB", topic, ` ${Math.round(delayMs)}`, bytesOf(body));
  }

  /** Resolves when at most half of `maxPendingBytes` is pending: who publishes without waiting for each awaits this. */
  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve();
    return new Promise((resolve) => this.#draining.push(resolve));
  }

  /** Waits for what is pending, up to `closeTimeoutMs`; then rejects what is left and disconnects. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      const { closeTimeoutMs } = this.#settings;
      this.#late = setTimeout(() => this.#end(), closeTimeoutMs);
      this.#isClosed = resolve;
      if (this.#pending.isEmpty) this.#end();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #owner(): LinkOwner {
    return {
      opened: () => {
        this.#unsendAtClose = false;
        this.#send();
        this.emit("connected", this.#link.address);
      },
      response: (text) => this.#answered(text),
      refused: (error) => this.#refused(error),
      message: () => this.#link.connection?.nonsense("a message to a producer"),
      drained: () => this.#send(),
      closed: (error) => this.#closed(error),
    };
  }

  #publish(
    verb: string,
    topic: string,
    rest: string,
    body: Uint8Array | readonly Uint8Array[],
  ): Promise<void> {
    const line = `${verb} ${topic}${rest}\n`;
    const bytes = publishBytes(line, body);
    const refused = this.#check(topic, body, bytes);
    if (refused !== null) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      const madeAtMs = performance.now();
      this.#pending.add({ line, body, bytes, madeAtMs, resolve, reject, next: null, isSettled: false });
      this.#send();
    });
  }

  /** What a node would refuse, and close the connection with all that was sent behind it. */
  #check(topic: string, body: Uint8Array | readonly Uint8Array[], bytes: number): PublishError | null {
    if (this.#closing !== null) return new PublishError("CLOSED", "the producer is closed", "unsent");
    if (!isValidName(topic))
      return new PublishError("E_BAD_TOPIC", `${JSON.stringify(topic)} is no name of a topic`, "unsent");
    const bodies = body instanceof Uint8Array ? [body] : body;
    if (bodies.length === 0 || bodies.some((one) => one.length === 0))
      return new PublishError("E_BAD_MESSAGE", "a message has at least one byte", "unsent");
    const { maxPendingBytes } = this.#settings;
    if (this.#pending.bytes + bytes > maxPendingBytes)
      return new PublishError("FULL", `more than ${maxPendingBytes} bytes would be pending`, "unsent");
    return null;
  }

  #send(): void {
    const connection: Connection | null = this.#link.connection;
    if (connection === null || this.#unsendAtClose) return;
    while (this.#pending.oldestUnsent !== null && !connection.isCongested)
      this.#pending.sendNext(connection.outbox);
  }

  #answered(text: string): void {
    if (this.#pending.oldestSent === null || text !== "OK")
      return this.#link.connection?.nonsense(`an answer to nothing: ${JSON.stringify(text.slice(0, 100))}`);
    this.#link.useful();
    const publish = this.#pending.shiftSent()!;
    if (!publish.isSettled) publish.resolve();
    this.#shrunk();
  }

  #refused(error: ClientError): void {
    const publish = this.#pending.shiftSent();
    if (publish === null) return void this.emit("fault", error);
    this.#link.useful();
    const isStorage = storageFailure.test(error.code);
    this.#unsendAtClose = !isStorage;
    this.#reject(publish, error.code, error.message, isStorage ? "unknown" : "refused");
    this.#shrunk();
  }

  #closed(error: ClientError | null): void {
    if (this.#unsendAtClose) this.#pending.unsend();
    this.#unsendAtClose = false;
    const reason = error?.message ?? "the connection was closed";
    for (let publish = this.#pending.shiftSent(); publish !== null; publish = this.#pending.shiftSent())
      this.#reject(publish, "CONNECTION_LOST", reason, "unknown", error);
    this.emit("disconnected", this.#link.address, error);
    if (this.#isEnded) this.#isClosed();
    else this.#shrunk();
  }

  #giveUpOverdue(): void {
    const { publishTimeoutMs } = this.#settings;
    const madeBeforeMs = performance.now() - publishTimeoutMs;
    const isOverdue = (publish: Publish | null): publish is Publish =>
      publish !== null && publish.madeAtMs < madeBeforeMs;
    const reason = `not acknowledged within ${publishTimeoutMs} ms`;
    for (let publish = this.#pending.oldestSent; isOverdue(publish); publish = publish.next)
      this.#reject(publish, "TIMED_OUT", reason, "unknown");
    while (isOverdue(this.#pending.oldestUnsent))
      this.#reject(this.#pending.shiftUnsent()!, "TIMED_OUT", reason, "unsent");
    this.#shrunk();
  }

  #reject(
    publish: Publish,
    code: ClientError["code"],
    reason: string,
    outcome: PublishOutcome,
    cause?: unknown,
  ) {
    if (publish.isSettled) return;
    publish.isSettled = true;
    publish.reject(new PublishError(code, reason, outcome, { cause }));
  }

  #isDrained(): boolean {
    return this.#pending.bytes <= this.#settings.maxPendingBytes / 2;
  }

  /** Less is pending than before. */
  #shrunk(): void {
    if (this.#draining.length > 0 && this.#isDrained()) {
      for (const resolve of this.#draining.splice(0)) resolve();
    }
    if (this.#closing !== null && this.#pending.isEmpty) this.#end();
  }

  /** Closes now, whatever is pending. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#late);
    clearInterval(this.#overdue);
    const reason = "the producer was closed";
    for (let publish = this.#pending.shiftSent(); publish !== null; publish = this.#pending.shiftSent())
      this.#reject(publish, "CLOSED", reason, "unknown");
    for (let publish = this.#pending.shiftUnsent(); publish !== null; publish = this.#pending.shiftUnsent())
      this.#reject(publish, "CLOSED", reason, "unsent");
    if (this.#link.isActive) this.#link.end();
    else this.#isClosed();
    this.#link.forget();
  }
}

function bytesOf(body: Body): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}
