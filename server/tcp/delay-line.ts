/** Calls back after a time that is the same for all, and so in the order in which they came. */
export class DelayLine {
  readonly #delayMs: number;
  readonly #callsPerTickMax: number;
  /** The first is the next. */
  readonly #waiting = new Set<{ readonly dueMs: number; readonly then: () => void }>();

  /** @param callsPerTickMax what is due beyond these waits for the next ticks */
  constructor(delayMs: number, callsPerTickMax = Number.POSITIVE_INFINITY) {
    this.#delayMs = delayMs;
    this.#callsPerTickMax = callsPerTickMax;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * @param then called once, by a later `tick`
   * @returns forgets it
   */
  add(nowMs: number, then: () => void): () => void {
    const waiting = { dueMs: nowMs + this.#delayMs, then };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  tick(nowMs: number): void {
    let calls = 0;
    for (const waiting of this.#waiting) {
      if (waiting.dueMs > nowMs || ++calls > this.#callsPerTickMax) return;
      this.#waiting.delete(waiting);
      waiting.then();
    }
  }
}
