/**
 * A counter's rate a second, from its values and the times they were taken at. A counter that went
 * back (its owner began anew) has no rate for one reading; a rate is never negative (CN2).
 */

/** A change is seen to 95 % after five seconds: three times this. */
const smoothingMs = 5_000 / 3;
/** After so long without an event nothing is left of a rate. */
const stillAfterMs = 5_000;

export class Meter {
  #count: number | null = null;
  #smooth: number | null = null;
  #stillMs = 0;
  /** Of the last interval; null: not known. */
  raw: number | null = null;

  /** As people see it: to a hundredth. */
  get smooth(): number | null {
    return this.#smooth === null ? null : Math.round(this.#smooth * 100) / 100;
  }

  /** `startCount`: what the counter is known to have been at the reading before, if it is known. */
  constructor(startCount: number | null = null) {
    this.#count = startCount;
  }

  /**
   * `count` null: not known. `elapsedMs` since the reading before; null or ≤ 0 (a clock was set back): no rate
   * this time.
   */
  read(count: number | null, elapsedMs: number | null): void {
    const before = this.#count;
    this.#count = count;
    if (count === null || before === null || elapsedMs === null || elapsedMs <= 0 || count < before) {
      this.raw = null;
      this.#smooth = null;
      return;
    }
    const raw = ((count - before) * 1_000) / elapsedMs;
    const weight = 1 - Math.exp(-elapsedMs / smoothingMs);
    const smooth = this.#smooth === null ? raw : this.#smooth + weight * (raw - this.#smooth);
    this.raw = raw;
    this.#stillMs = raw === 0 ? this.#stillMs + elapsedMs : 0;
    this.#smooth = this.#stillMs >= stillAfterMs ? 0 : smooth;
  }

  /** A reading that found the counter where it was. */
  rest(elapsedMs: number | null): void {
    if (this.#count !== null) this.read(this.#count, elapsedMs);
  }

  /** Its next reading may differ from this one even if the counter rests. */
  get moving(): boolean {
    return this.#smooth !== 0 && this.#count !== null;
  }
}
