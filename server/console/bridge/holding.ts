/**
 * What a browser's consumer holds: messages that went out under a tag and are not answered. At a node it is an
 * ordinary consumer of its channel; here is what turns its messages into batches, and tags back into answers.
 */

import type { Act } from "../../../client/browser/protocol.ts";
import {
  type ClientError,
  type ConnectionOptions,
  Consumer,
  type Message,
} from "../../../client/node/index.ts";
import { FrameBatch } from "./frame-batch.ts";

export interface HoldingOptions {
  readonly topic: string;
  readonly channel: string;
  /** How nodes are connected to. */
  readonly clients: Partial<ConnectionOptions>;
  readonly clientId: string;
  readonly hostname: string;
  readonly out: HoldingOut;
}

/** Where it goes. Nothing is sent after `close`. */
export interface HoldingOut {
  messages(firstTag: number, frames: Uint8Array, count: number, remainingMs: number): void;
  lost(tags: readonly number[]): void;
  /** A node refused an answer that was sent to it in time. */
  late(id: string): void;
  nodes(connected: number): void;
  fault(error: ClientError): void;
}

export interface HoldingCounts {
  delivered: number;
  finished: number;
  requeued: number;
  lost: number;
}

/** What is gathered in a turn goes out in events of about so much. */
const batchBytesMax = 256 * 1024;
const userAgent = "weir-browser/1";
const closeTimeoutMs = 1_000;
const lateAnswer = /^E_(?:FIN|REQ|TOUCH)_FAILED \S+ (\S{16}) /;
/** A tag is an unsigned number of 32 bits; nobody gets so far in a connection of a quarter of an hour. */
const tagMax = 2 ** 32 - 1;

export class Holding {
  readonly counts: HoldingCounts = { delivered: 0, finished: 0, requeued: 0, lost: 0 };
  readonly #options: HoldingOptions;
  /** null: no node has the topic yet. */
  #consumer: Consumer | null = null;
  #rdy = 0;
  readonly #out: HoldingOut;
  readonly #byTag = new Map<number, Message>();
  readonly #tags = new Map<Message, number>();
  #batch = new FrameBatch();
  #firstTag = 1;
  #nextTag = 1;
  #flushing: NodeJS.Immediate | null = null;
  #lost: number[] = [];
  #connected = 0;
  #isClosed = false;

  constructor(options: HoldingOptions) {
    this.#options = options;
    this.#out = options.out;
  }

  get inFlight(): number {
    return this.#byTag.size;
  }

  /** How many may be in flight. */
  set rdy(count: number) {
    this.#rdy = count;
    this.#consumer?.changeMaxInFlight(count);
  }

  /** `host:port` of those that have the topic. */
  followNodes(addresses: readonly string[]): void {
    if (this.#isClosed) return;
    if (this.#consumer !== null) this.#consumer.followNodes(addresses);
    else if (addresses.length > 0) this.#consumer = this.#consume(addresses);
  }

  /** Carries out what the browser says; the tags that were not in flight any more, and how long touched ones are. */
  answer(acts: readonly Act[]): { refused: number[]; remainingMs: number } {
    const refused: number[] = [];
    let remainingMs = Number.POSITIVE_INFINITY;
    for (const [verb, tags, delayMs] of acts) {
      for (const tag of tags) {
        const message = this.#byTag.get(tag);
        if (message === undefined) refused.push(tag);
        else if (verb === "touch") {
          if (message.touch()) remainingMs = Math.min(remainingMs, message.remainingMs);
          else refused.push(tag);
        } else if (!this.#settle(tag, message, verb === "fin" ? null : delayMs)) refused.push(tag);
      }
    }
    return { refused, remainingMs: Number.isFinite(remainingMs) ? Math.floor(remainingMs) : 0 };
  }

  /** Gives back at once what is held, and leaves the channel. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    for (const message of this.#byTag.values()) message.requeue(0, { backoff: false });
    this.#byTag.clear();
    this.#tags.clear();
    await this.#consumer?.close();
  }

  #consume(nsqdTcpAddresses: readonly string[]): Consumer {
    const { topic, channel, clientId, hostname, clients } = this.#options;
    const consumer = new Consumer(
      {
        ...clients,
        ...{ topic, channel, clientId, hostname, nsqdTcpAddresses, userAgent },
        maxInFlight: this.#rdy,
        // A person, or a page of theirs, decides; nothing is thrown away and nothing slowed down for them.
        maxAttempts: 0,
        maxBackoffDurationMs: 0,
        closeTimeoutMs,
      },
      (message) => this.#received(message),
    );
    consumer.on("lost", (message) => this.#lose(message));
    consumer.on("connected", () => this.#out.nodes(++this.#connected));
    consumer.on("disconnected", () => this.#out.nodes(--this.#connected));
    consumer.on("fault", (error) => this.#refused(error));
    return consumer;
  }

  /** @param delayMs null: it is finished */
  #settle(tag: number, message: Message, delayMs: number | null): boolean {
    this.#byTag.delete(tag);
    this.#tags.delete(message);
    const isTaken = delayMs === null ? message.finish() : message.requeue(delayMs, { backoff: false });
    if (!isTaken) return false;
    if (delayMs === null) this.counts.finished++;
    else this.counts.requeued++;
    return true;
  }

  #received(message: Message): void {
    message.disableAutoResponse();
    if (this.#isClosed || this.#nextTag > tagMax) return void message.requeue(0, { backoff: false });
    const tag = this.#nextTag++;
    this.#byTag.set(tag, message);
    this.#tags.set(message, tag);
    this.counts.delivered++;
    this.#batch.add(message);
    if (this.#batch.bytes >= batchBytesMax) this.#flush();
    else this.#flushing ??= setImmediate(() => this.#flush());
  }

  #refused(error: ClientError): void {
    const id = lateAnswer.exec(error.message)?.[1];
    if (id === undefined) return this.#out.fault(error);
    this.counts.lost++;
    if (!this.#isClosed) this.#out.late(id);
  }

  #lose(message: Message): void {
    const tag = this.#tags.get(message);
    if (tag === undefined || this.#isClosed) return;
    this.#byTag.delete(tag);
    this.#tags.delete(message);
    this.counts.lost++;
    this.#lost.push(tag);
    this.#flushing ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#flushing = null;
    const [batch, firstTag, lost] = [this.#batch, this.#firstTag, this.#lost];
    this.#batch = new FrameBatch();
    this.#firstTag = this.#nextTag;
    this.#lost = [];
    if (batch.bytes > 0) this.#out.messages(firstTag, batch.take(), batch.count, batch.remainingMs);
    // After what it is about.
    if (lost.length > 0) this.#out.lost(lost);
  }
}
