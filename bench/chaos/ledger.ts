/** What was published, and what of it is still owed to whom: by it the harness knows when a run is over. */
import { crc32 } from "node:zlib";
import { Random } from "../../server/broker/testing/random.ts";

export interface TopicPlan {
  readonly name: string;
  readonly channels: readonly string[];
  /** Of the messages, against the other topics' weights. */
  readonly weight: number;
}

export interface Entry {
  readonly uid: string;
  readonly topic: TopicPlan;
  readonly body: Buffer;
  readonly hash: string;
  isAcknowledged: boolean;
  /** Bit by bit the channels on which a consumer has finished it. Whether the node has read that it alone knows. */
  finished: number;
}

export class Ledger {
  readonly entries = new Map<string, Entry>();
  acknowledged = 0;
  /** Acknowledged, and not yet finished everywhere. */
  owed = 0;
  readonly #random: Random;
  readonly #topics: readonly TopicPlan[];

  constructor(seed: number, topics: readonly TopicPlan[]) {
    this.#random = new Random(seed);
    this.#topics = topics;
  }

  /** Nobody is owed anything of it. */
  isDone(entry: Entry): boolean {
    return entry.finished === (1 << entry.topic.channels.length) - 1;
  }

  /** A message that nobody has published yet. */
  next(): Entry {
    const uid = `m${this.entries.size}`;
    const filler = String.fromCharCode(97 + (this.entries.size % 26));
    const body = Buffer.from(`${uid} ${filler.repeat(40 + this.#random.below(360))}`);
    const topic = this.#random.weighted(this.#topics);
    const entry = { uid, topic, body, hash: hashOf(body), isAcknowledged: false, finished: 0 };
    this.entries.set(uid, entry);
    return entry;
  }

  acknowledge(entry: Entry): void {
    if (entry.isAcknowledged) return;
    entry.isAcknowledged = true;
    this.acknowledged++;
    if (!this.isDone(entry)) this.owed++;
  }

  /** What is not in the ledger nobody published. */
  finish(uid: string, channel: string): void {
    const entry = this.entries.get(uid);
    if (!entry || this.isDone(entry)) return;
    entry.finished |= 1 << entry.topic.channels.indexOf(channel);
    if (entry.isAcknowledged && this.isDone(entry)) this.owed--;
  }
}

export function hashOf(body: Buffer): string {
  return crc32(body).toString(16);
}

/** As it stands at the front of each body. */
export function uidOf(body: Buffer): string {
  const end = body.indexOf(32);
  return body.toString("latin1", 0, end < 0 ? Math.min(32, body.length) : end) || "empty";
}
