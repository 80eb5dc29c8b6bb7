/** What one connection has published, by topic: shown in `/stats`, and how its next publish finds its topic. */
import type { Topic } from "../broker/topic.ts";

/** Topics that are counted apart; more are published to, and not counted. */
const topicsMax = 1_000;
const noTopic = new Uint8Array();

export interface PublishCount {
  readonly topic: Topic;
  /** The topic's name and a line feed, as a PUB to it has them. */
  readonly line: Uint8Array;
  count: number;
  /** Wall clock, of the last one. */
  lastAtMs: number;
}

export class PublishCounts {
  /** Of the topic published to last; null: nothing was published. */
  last: PublishCount | null = null;
  lastLine: Uint8Array = noTopic;
  readonly #counts = new Map<string, PublishCount>();

  /** The last topic is found without a look-up. */
  add(topic: Topic, messages: number, wallMs: number): void {
    let counted = this.last;
    if (counted === null || counted.topic !== topic) {
      counted = this.#counts.get(topic.name) ?? null;
      if (counted === null || counted.topic !== topic) {
        const line = new Uint8Array(Buffer.from(`${topic.name}\n`));
        counted = { topic, line, count: counted?.count ?? -0, lastAtMs: wallMs };
        if (this.#counts.size < topicsMax) this.#counts.set(topic.name, counted);
      }
      this.last = counted;
      this.lastLine = counted.line;
    }
    counted.count += messages;
    counted.lastAtMs = wallMs;
  }

  /** null: nothing was published to it, or it is not counted apart. */
  to(topicName: string): Pick<PublishCount, "count" | "lastAtMs"> | null {
    return this.#counts.get(topicName) ?? null;
  }

  byTopic(): Map<string, number> {
    return new Map([...this.#counts].map(([topic, { count }]) => [topic, count]));
  }
}
