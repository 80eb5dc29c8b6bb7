/**
 * Takes messages of a channel from all nodes that have its topic, and hands each to a handler. At least once: what a
 * handler could not answer in time, or before its connection was lost, the node delivers again.
 */
import { EventEmitter } from "node:events";
import { isValidName } from "../../server/protocol/names.ts";
import { parseAddress } from "./address.ts";
import type { Delivery } from "./delivery.ts";
import { Discovery } from "./discovery.ts";
import type { ClientError } from "./errors.ts";
import { Flow } from "./flow.ts";
import { Handlers } from "./handlers.ts";
import type { Handler, Message } from "./message.ts";
import { type ConsumerOptions, type ConsumerSettings, consumerSettings, OptionError } from "./options.ts";
import { Source, type SourceOwner } from "./source.ts";
import type { Subscription } from "./subscription.ts";

export interface ConsumerEvents {
  /** It has subscribed there. */
  connected: [nsqdAddress: string];
  /** null: closed by us. */
  disconnected: [nsqdAddress: string, error: ClientError | null];
  /** Something went wrong that is no handler's own, also what a node refused. */
  fault: [error: ClientError];
  /** A handler has thrown; the message is requeued. */
  failed: [error: unknown, message: Message];
  /** It came more often than `maxAttempts`: it is finished without its handler. */
  discarded: [message: Message];
  /** The node has taken it back, or its connection is gone: unanswered, it is delivered again. */
  lost: [message: Message];
  /** No messages for so long; 0: back at full speed. */
  backoff: [pauseMs: number];
}

export interface ConsumerStats {
  readonly connections: number;
  readonly received: number;
  readonly finished: number;
  readonly requeued: number;
  /** Received and not answered. */
  readonly inFlight: number;
}

const tickIntervalMs = 200;
/** Of its RDY a connection holds so much: it waits for answers rather than for messages. */
const starvedPart = 0.85;

export class Consumer extends EventEmitter<ConsumerEvents> {
  readonly #settings: ConsumerSettings;
  readonly #sources = new Map<string, Source>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #flow: Flow;
  readonly #handlers: Handlers;
  readonly #discovery: Discovery;
  readonly #ticker: NodeJS.Timeout;
  #found: ReadonlySet<string> = new Set();
  #named: ReadonlySet<string>;
  #received = 0;
  #finished = 0;
  #requeued = 0;
  #closing: Promise<void> | null = null;
  #isClosed: () => void = () => {};

  /** Starts at once. Throws an `OptionError`. */
  constructor(options: ConsumerOptions, handler: Handler) {
    super();
    this.#settings = consumerSettings(options);
    for (const name of [this.#settings.topic, this.#settings.channel])
      if (!isValidName(name))
        throw new OptionError(`${JSON.stringify(name)} is no name of a topic or a channel`);
    this.#flow = new Flow(this.#settings, this.#subscriptions, (pauseMs) => this.emit("backoff", pauseMs));
    this.#handlers = new Handlers(
      handler,
      (error, message) => this.emit("failed", error, message),
      (delivery) => this.#handled(delivery),
    );
    this.#handlers.atOnceMax = Math.max(1, this.#settings.maxInFlight);
    this.#discovery = new Discovery(this.#settings, {
      found: (nodes) => this.#discovered(nodes),
      failed: (error) => this.emit("fault", error),
    });
    // All are looked at before any is connected to.
    for (const address of this.#settings.nsqdTcpAddresses) parseAddress(address);
    this.#named = new Set(this.#settings.nsqdTcpAddresses);
    for (const address of this.#named) this.#add(address);
    this.#discovery.start();
    const intervalMs = Math.min(tickIntervalMs, this.#settings.rdyRedistributeIntervalMs);
    this.#ticker = setInterval(() => this.#tick(), intervalMs);
  }

  /** A node waits for answers before it sends more: who answers in batches answers now. */
  get isStarved(): boolean {
    return [...this.#subscriptions].some(
      ({ inFlight, rdy, isClosing }) => !isClosing && inFlight > 0 && inFlight >= starvedPart * rdy,
    );
  }

  stats(): ConsumerStats {
    const inFlight = [...this.#subscriptions].reduce((sum, subscription) => sum + subscription.inFlight, 0);
    const connections = this.#subscriptions.size;
    const [received, finished, requeued] = [this.#received, this.#finished, this.#requeued];
    return { connections, received, finished, requeued, inFlight };
  }

  /** 0: no more messages until it is called again. */
  changeMaxInFlight(maxInFlight: number): void {
    if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 0)
      throw new OptionError("maxInFlight must be an integer from 0");
    this.#flow.maxInFlight = maxInFlight;
    this.#handlers.atOnceMax = Math.max(1, maxInFlight);
    this.#flow.update();
    this.#handlers.goOn();
  }

  /**
   * From now on these instead of `nsqdTcpAddresses`: further ones are connected to, others let go of when their
   * connection ends. Throws an `OptionError`.
   */
  followNodes(addresses: readonly string[]): void {
    for (const address of addresses) parseAddress(address);
    if (this.#closing !== null) return;
    this.#named = new Set(addresses);
    for (const address of this.#named) this.#add(address);
    this.#letGo();
  }

  /** Takes no more messages, waits up to `closeTimeoutMs` for those it has, and disconnects. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#discovery.stop();
      this.#flow.stop();
      const late = setTimeout(() => {
        for (const source of this.#sources.values()) source.destroy();
      }, this.#settings.closeTimeoutMs);
      this.#isClosed = () => {
        clearTimeout(late);
        clearInterval(this.#ticker);
        resolve();
      };
      for (const source of this.#sources.values()) {
        source.close();
        if (!source.isActive) this.#sources.delete(source.address);
      }
      if (this.#sources.size === 0) this.#isClosed();
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sourceOwner(): SourceOwner {
    return {
      defaultRequeueDelayMs: this.#settings.defaultRequeueDelayMs,
      maxRequeueDelayMs: this.#settings.maxRequeueDelayMs,
      subscribed: (source, subscription) => this.#subscribed(source, subscription),
      refused: (error) => this.emit("fault", error),
      closed: (source, subscription, error) => this.#sourceClosed(source, subscription, error),
      received: (delivery) => this.#receive(delivery),
      answered: (delivery, isFailure) => this.#answered(delivery, isFailure),
      lost: (delivery) => {
        this.#handlers.drop(delivery);
        this.emit("lost", delivery);
      },
    };
  }

  #add(address: string): void {
    if (!this.#sources.has(address))
      this.#sources.set(address, new Source(address, this.#settings, this.#sourceOwner()));
  }

  #discovered(nodes: ReadonlySet<string>): void {
    if (this.#closing !== null) return;
    this.#found = nodes;
    for (const address of nodes) this.#add(address);
    this.#letGo();
  }

  /** What is not named any more is kept while it is connected, and let go of when it is not. */
  #letGo(): void {
    for (const source of this.#sources.values())
      if (!this.#isNamed(source.address) && !source.isActive) this.#remove(source);
  }

  #isNamed(address: string): boolean {
    return this.#found.has(address) || this.#named.has(address);
  }

  #remove(source: Source): void {
    source.forget();
    this.#sources.delete(source.address);
  }

  #subscribed(source: Source, subscription: Subscription): void {
    if (this.#closing !== null) return source.close();
    this.#subscriptions.add(subscription);
    this.#flow.update();
    this.emit("connected", source.address);
  }

  #sourceClosed(source: Source, subscription: Subscription | null, error: ClientError | null): void {
    if (subscription !== null) {
      this.#subscriptions.delete(subscription);
      this.#flow.gone(subscription);
      this.emit("disconnected", source.address, error);
    } else if (error !== null) this.emit("fault", error);
    if (this.#closing !== null) {
      this.#remove(source);
      if (this.#sources.size === 0) this.#isClosed();
      return;
    }
    if (!this.#isNamed(source.address)) this.#remove(source);
    // Its topic may have gone to another node.
    if (subscription !== null) this.#discovery.soon();
  }

  #receive(delivery: Delivery): void {
    this.#received++;
    const { maxAttempts } = this.#settings;
    if (maxAttempts === 0 || delivery.attempts <= maxAttempts) return this.#handlers.handle(delivery);
    delivery.handler = "ended";
    this.emit("discarded", delivery);
    delivery.finish();
  }

  #answered(delivery: Delivery, isFailure: boolean | null): void {
    if (isFailure === false) this.#finished++;
    else this.#requeued++;
    if (this.#closing === null) this.#flow.answered(isFailure);
    if (delivery.handler === "waiting") this.#handlers.drop(delivery);
    if (this.#closing !== null) this.#sources.get(delivery.nsqdAddress)?.endIfIdle();
  }

  #handled(delivery: Delivery): void {
    if (this.#closing !== null) this.#sources.get(delivery.nsqdAddress)?.endIfIdle();
    else this.#flow.freed();
  }

  #tick(): void {
    const nowMs = performance.now();
    let hasLost = false;
    for (const subscription of this.#subscriptions)
      if (subscription.tick(nowMs, this.#settings.autoTouch)) hasLost = true;
    // A handler that runs on takes up room that the node does not know of.
    if (this.#closing === null && hasLost) this.#flow.update();
    else if (this.#closing === null) this.#flow.tick(nowMs);
  }
}
