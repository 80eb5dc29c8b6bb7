/**
 * What the log says of one node. A node with ten thousand topics that comes back would write as many lines,
 * and a mad one would fill the disk: beyond some a second they are counted only.
 */
const linesPerSecondMax = 64;

export class NodeNotes {
  readonly #id: string;
  readonly #log: (text: string) => void;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #left = 0;

  constructor(id: string, log: (text: string) => void) {
    this.#id = id;
    this.#log = log;
  }

  add(text: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs >= 1_000) {
      this.end();
      this.#sinceMs = nowMs;
      this.#lines = 0;
    }
    if (this.#lines++ < linesPerSecondMax) this.#log(text);
    else this.#left++;
  }

  /** Says how many lines were left out since it last did. */
  end(): void {
    if (this.#left > 0) this.#log(`CLIENT(${this.#id}): and ${this.#left} more`);
    this.#left = 0;
  }
}
