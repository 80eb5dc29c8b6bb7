/** How long deliveries took, said every so many of them, in the words of NSQ's utilities. */
export class DeliveryTimes {
  readonly #prefix: string;
  readonly #every: number;
  readonly #say: (text: string) => void;
  #tookMs: number[] = [];

  /** `every` 0: nothing is said. */
  constructor(prefix: string, every: number, say: (text: string) => void) {
    this.#prefix = prefix;
    this.#every = Math.min(every, everyMax);
    this.#say = say;
  }

  add(tookMs: number): void {
    if (this.#every <= 0) return;
    this.#tookMs.push(tookMs);
    if (this.#tookMs.length < this.#every) return;
    const sorted = Float64Array.from(this.#tookMs).sort();
    this.#tookMs = [];
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
    const [p99, p95, average] = [at(0.99), at(0.95), mean].map((ms) => `${ms.toFixed(2)}ms`);
    this.#say(`${this.#prefix} finished ${sorted.length} - 99th: ${p99} - 95th: ${p95} - avg: ${average}`);
  }
}

/** Times held until they are said. */
const everyMax = 100_000;
