/**
 * Copies of a topic's messages for somebody who watches. A tap is a cursor of its own
 * that follows the tail: it holds nothing back, is no consumer, and under load
 * shows a sample and counts the rest (V1).
 */
import type { Log } from "./log.ts";
import type { Topic } from "./topic.ts";

/** Shown of one turn at most; a turn is what one read brought. */
const shownPerTurnMax = 16;

export interface TapReader {
  /** Frames it takes in one turn at most, where it looks for some among many. Default: a few, since each is shown. */
  readonly perTurnMax?: number;
  /** A complete wire frame, a view that is valid during the call only. Returns false when it did not take it. */
  show(frame: Uint8Array): boolean;
  /** Messages that passed unshown. */
  skip(count: number): void;
  /** The topic is gone. */
  end(): void;
}

export class Tap {
  readonly #topic: Topic;
  readonly #reader: TapReader;
  #log: Log | null;
  #next: number;

  constructor(topic: Topic, reader: TapReader) {
    this.#topic = topic;
    this.#reader = reader;
    this.#log = topic.log;
    this.#next = topic.log?.tail ?? 0;
  }

  follow(log: Log | null): void {
    if (log !== this.#log) {
      this.#log = log;
      this.#next = 0;
    }
    if (log === null) return;
    const most = this.#reader.perTurnMax ?? shownPerTurnMax;
    for (let shown = 0; this.#next < log.tail && shown < most; shown++) {
      const slab = log.slabAt(this.#next);
      if (!slab) break;
      const frame = slab.bytes.subarray(slab.offsetOf(this.#next), slab.offsetOf(this.#next + 1));
      if (!this.#reader.show(frame)) break;
      this.#next++;
    }
    if (this.#next < log.tail) this.#reader.skip(log.tail - this.#next);
    this.#next = log.tail;
  }

  close(): void {
    if (this.#topic.taps.delete(this)) this.#reader.end();
  }
}
