/** Of many, those with the lowest keys, in order, kept in memory for no more than twice as many. */
export class First<T> {
  /** All that were added. */
  seen = 0;
  readonly #most: number;
  readonly #keyOf: (item: T) => number;
  #kept: T[] = [];
  #bound = Number.POSITIVE_INFINITY;

  constructor(most: number, keyOf: (item: T) => number) {
    this.#most = most;
    this.#keyOf = keyOf;
  }

  add(item: T): void {
    this.seen++;
    if (this.#keyOf(item) >= this.#bound) return;
    if (this.#kept.push(item) >= this.#most * 2) this.#shorten();
  }

  taken(): T[] {
    this.#shorten();
    return this.#kept;
  }

  #shorten(): void {
    this.#kept.sort((one, other) => this.#keyOf(one) - this.#keyOf(other));
    if (this.#kept.length < this.#most) return;
    this.#kept.length = this.#most;
    this.#bound = this.#keyOf(this.#kept.at(-1)!);
  }
}
