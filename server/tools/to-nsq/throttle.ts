import { setTimeout as pause } from "node:timers/promises";

/** What was missed by less than this is made up for: timers are no finer than a millisecond, and late. */
const lateMsMax = 50;

/** Lets `perSecond` through in a second, evenly; 0: all. */
export class Throttle {
  readonly #everyMs: number;
  #nextMs = 0;

  constructor(perSecond: number) {
    this.#everyMs = perSecond > 0 ? 1_000 / perSecond : 0;
  }

  /** Resolves when the next may go. */
  async next(stopped: AbortSignal): Promise<void> {
    if (this.#everyMs === 0) return;
    const now = performance.now();
    const dueMs = Math.max(this.#nextMs, now - lateMsMax);
    this.#nextMs = dueMs + this.#everyMs;
    if (dueMs > now) await pause(dueMs - now, undefined, { signal: stopped }).catch(() => {});
  }
}
