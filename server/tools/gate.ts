/** Lets so many in at a time; the others wait, first come, first served. */
export class Gate {
  readonly #places: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#places = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#places) this.#inside++;
    else await new Promise<void>((enter) => this.#waiting.add(enter));
    try {
      return await work();
    } finally {
      // The place is handed on, or given back.
      const [next] = this.#waiting;
      if (next === undefined) this.#inside--;
      else {
        this.#waiting.delete(next);
        next();
      }
    }
  }
}
