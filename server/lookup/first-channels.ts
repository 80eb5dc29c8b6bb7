/**
 * Gives a new topic the channels it has elsewhere before its first message leaves it, so that a node that
 * comes to a topic late loses nobody's copy. The publisher does not wait, its message does, and no longer
 * than `waitMsMax`, whatever those who know do.
 */
import type { Topic } from "../broker/topic.ts";

/** Topics whose channels are asked for at once; the others wait for their turn. */
const askedMax = 32;

/** Somebody who may know channels of a topic. */
export interface ChannelSource {
  /** false: there is nobody to ask. */
  readonly isAsked: boolean;
  /** Valid names. When it rejects or is late, the topic goes without. */
  channelsOf(topic: string, signal: AbortSignal): Promise<readonly string[]>;
}

export interface FirstChannelsOptions {
  readonly sources: readonly ChannelSource[];
  readonly waitMsMax: number;
  /** Sets the broker's time. */
  now(): void;
  log(level: "warn", text: string): void;
}

interface Waiting {
  readonly topic: Topic;
  readonly late: AbortController;
}

export class FirstChannels {
  readonly #options: FirstChannelsOptions;
  readonly #waiting = new Set<Waiting>();
  #asked = 0;

  constructor(options: FirstChannelsOptions) {
    this.#options = options;
  }

  /** Call in the turn in which the topic was made. */
  topicCreated(topic: Topic): void {
    if (!this.#options.sources.some(({ isAsked }) => isAsked)) return;
    topic.awaitsChannels = true;
    const late = new AbortController();
    const timer = setTimeout(() => {
      this.#options.log("warn", `TOPIC(${topic.name}): its channels elsewhere were not to be had in time`);
      late.abort();
    }, this.#options.waitMsMax);
    late.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      this.#options.now();
      topic.release();
    });
    this.#waiting.add({ topic, late });
    this.#askNext();
  }

  #askNext(): void {
    for (const next of this.#waiting) {
      if (this.#asked === askedMax) return;
      this.#waiting.delete(next);
      if (next.late.signal.aborted) continue;
      this.#asked++;
      void this.#ask(next).finally(() => {
        this.#asked--;
        next.late.abort();
        this.#askNext();
      });
    }
  }

  async #ask({ topic, late: { signal } }: Waiting): Promise<void> {
    const asked = this.#options.sources.filter(({ isAsked }) => isAsked);
    await Promise.allSettled(
      asked.map(async (source) => {
        const channels = await source.channelsOf(topic.name, signal);
        if (signal.aborted || topic.deleted) return;
        this.#options.now();
        for (const channel of channels) topic.ensureChannel(channel);
      }),
    );
  }
}
