/** How long commits took: the last minute's, at most a thousand of them. */
const samplesMax = 1024;
const windowMs = 60_000;

export class CommitTimes {
  readonly #atMs = new Float64Array(samplesMax).fill(Number.NEGATIVE_INFINITY);
  readonly #tookMs = new Float64Array(samplesMax);
  #count = 0;

  note(tookMs: number): void {
    const i = this.#count++ % samplesMax;
    this.#atMs[i] = performance.now();
    this.#tookMs[i] = tookMs;
  }

  /** null: there was none. */
  percentiles(): { p50Ms: number | null; p99Ms: number | null } {
    const since = performance.now() - windowMs;
    const recent = this.#tookMs.filter((_, i) => this.#atMs[i]! >= since).sort();
    const at = (share: number) => recent[Math.floor(share * (recent.length - 1))] ?? null;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}
