/** Answers that many ask for at once: each is made once, and is good for a while. */
import type { Clock } from "../clock.ts";

const keptMax = 256;

interface Kept {
  readonly value: Promise<unknown>;
  /** When it was there; infinite while it is being made. */
  atMs: number;
}

export class SharedReads {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What `make` gave at most `goodMs` ago, is giving now, or gives. What failed is made again by the next. */
  read<T>(key: string, goodMs: number, make: () => Promise<T>): Promise<T> {
    const before = this.#kept.get(key);
    if (before && this.#clock.nowMs() - before.atMs <= goodMs) return before.value as Promise<T>;
    const value = make();
    const kept: Kept = { value, atMs: Number.POSITIVE_INFINITY };
    // Behind all others: the first is the one that is forgotten first.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size > keptMax) this.#kept.delete(this.#kept.keys().next().value!);
    value.then(
      () => {
        kept.atMs = this.#clock.nowMs();
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    return value;
  }
}
