/** So many a second, with so many at once after a rest. Given the time; may go below nothing, and waits then. */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  #credit: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#credit = burst;
    this.#atMs = nowMs;
  }

  /** @returns what is left; below 0: too much was taken */
  take(count: number, nowMs: number): number {
    this.#credit =
      Math.min(this.#burst, this.#credit + ((nowMs - this.#atMs) * this.#perSecond) / 1_000) - count;
    this.#atMs = nowMs;
    return this.#credit;
  }

  /** Until there is something to take again. */
  get waitMs(): number {
    return this.#credit >= 0 ? 0 : Math.ceil((-this.#credit / this.#perSecond) * 1_000);
  }
}
