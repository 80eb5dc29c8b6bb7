/** So many a second, with so many at once after a rest. Given the time; may go below nothing, and waits then. */
export class Rate {
  readonly perSecond: number;
  readonly #burst: number;
  #credit: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.perSecond = perSecond;
    this.#burst = burst;
    this.#credit = burst;
    this.#atMs = nowMs;
  }

  /** What has happened already. @returns what is left; below 0: too much was taken */
  take(count: number, nowMs: number): number {
    this.#refill(nowMs);
    this.#credit -= count;
    return this.#credit;
  }

  /**
   * What can still be refused, and then costs nothing: whoever tries again would never get through otherwise. More than a
   * burst wants all of one, and is waited for afterwards.
   */
  tryTake(count: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#credit < Math.min(count, this.#burst)) return false;
    this.#credit -= count;
    return true;
  }

  /** Until there is something to take again. */
  get waitMs(): number {
    return this.#credit >= 0 ? 0 : Math.ceil((-this.#credit / this.perSecond) * 1_000);
  }

  #refill(nowMs: number): void {
    this.#credit = Math.min(this.#burst, this.#credit + ((nowMs - this.#atMs) * this.perSecond) / 1_000);
    this.#atMs = nowMs;
  }
}
