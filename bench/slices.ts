/** Whether the end of a long backlog goes as fast as its beginning. */
const sliceMessages = 1_000_000;

export class Slices {
  readonly #count: number;
  /** When each slice was through. */
  readonly #atMs: number[] = [performance.now()];

  constructor(count: number) {
    this.#count = count;
  }

  reached(messages: number): void {
    if (messages >= this.#atMs.length * sliceMessages) this.#atMs.push(performance.now());
  }

  /** A sentence, where there are slices to compare. */
  text(): string {
    const slices = this.#atMs.length - 1;
    if (slices < 2) return "";
    const rate = (slice: number) => (sliceMessages * 1_000) / (this.#atMs[slice]! - this.#atMs[slice - 1]!);
    const words = (value: number) => Math.round(value).toLocaleString("en");
    const share = (rate(slices) / rate(1)).toFixed(2);
    return `The first million of ${this.#count.toLocaleString("en")} was consumed at ${words(rate(1))} a second, the last at ${words(rate(slices))}: ${share} of it. `;
  }
}
