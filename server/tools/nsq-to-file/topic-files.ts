/** Topics on their way into files: a consumer and a log each, of the topics we are told or find. */
import type { Consumer, ConsumerOptions } from "../../../client/node/index.ts";
import { consume, type Log } from "../consume.ts";
import type { Meter } from "../progress.ts";
import type { RecordLog } from "./record-log.ts";

/** Each is a connection to every node that has it, and a file. */
const topicsMax = 10_000;

export interface TopicFilesSettings {
  /** Of every topic alike. */
  readonly consumer: Omit<ConsumerOptions, "topic">;
  readonly syncIntervalMs: number;
  /** Makes the log of a topic. Throws a sentence when it cannot have one. */
  openLog(topic: string, failed: (error: Error) => void): RecordLog;
}

interface TopicFile {
  readonly log: RecordLog;
  readonly consumer: Consumer;
  readonly timer: NodeJS.Timeout;
}

export class TopicFiles {
  readonly #settings: TopicFilesSettings;
  readonly #say: Log;
  readonly #meter: Meter;
  readonly #topics = new Map<string, TopicFile | null>();
  readonly #failed = Promise.withResolvers<never>();
  #stopping = false;

  constructor(settings: TopicFilesSettings, say: Log, meter: Meter) {
    this.#settings = settings;
    this.#say = say;
    this.#meter = meter;
    // Whoever waits for it hears of it; nobody may be waiting yet.
    this.#failed.promise.catch(() => {});
  }

  /** Rejects when the disk fails. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Begins with those of `topics` that are new. */
  add(topics: Iterable<string>): void {
    for (const topic of topics) {
      if (this.#topics.has(topic)) continue;
      if (this.#topics.size >= topicsMax) return this.#say("error", `more than ${topicsMax} topics: no more`);
      this.#topics.set(topic, this.#begin(topic));
    }
  }

  /** Syncs, closes and (with the next message) opens all files, as log rotators want it. */
  reopen(): void {
    for (const file of this.#topics.values()) void file?.log.close();
  }

  /** Takes no more, lets what is in hand reach the disk, and closes the files. */
  async close(): Promise<void> {
    this.#stopping = true;
    const files = [...this.#topics.values()].filter((file) => file !== null);
    await Promise.all(
      files.map(async ({ log, consumer, timer }) => {
        const closed = consumer.close();
        log.sync();
        await closed;
        clearInterval(timer);
        await log.close();
      }),
    );
  }

  /** null: this topic cannot be written, which has been said; the others can. */
  #begin(topic: string): TopicFile | null {
    const of = `[${topic}/${this.#settings.consumer.channel}]`;
    let log: RecordLog;
    try {
      log = this.#settings.openLog(topic, (error) =>
        this.#failed.reject(new Error(`${of} ${error.message}`, { cause: error })),
      );
    } catch (error) {
      this.#say("error", `couldn't create logger for new topic ${topic}: ${(error as Error).message}`);
      return null;
    }
    const consumer = consume({ ...this.#settings.consumer, topic }, this.#say, async ({ body }) => {
      const written = log.append(body);
      // Nothing more will come before what we hold is finished.
      if (this.#stopping || consumer.isStarved) log.sync();
      await written;
      this.#meter.add(body.length);
    });
    const timer = setInterval(() => log.tick(), this.#settings.syncIntervalMs);
    return { log, consumer, timer };
  }
}
