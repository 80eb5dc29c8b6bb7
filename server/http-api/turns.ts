/**
 * Long work in slices: whoever has worked for `sliceMsMax` lets everybody else have a turn of the loop,
 * and of all who wait so, one goes on per turn. So the loop is held up no longer by ten of them than by one.
 */
import { Deque } from "../broker/deque.ts";

const sliceMsMax = 2;
/** Items between two looks at the clock. */
const lookEvery = 16;

export class Turns {
  readonly #waiting = new Deque<() => void>();
  #scheduled = false;

  /** A piece of long work begins: await `rest()` wherever `due` is true. */
  begin(): Slice {
    return new Slice(this);
  }

  /** Visits all, in slices. What changes under the iterator meanwhile is its affair: Maps and Sets bear it. */
  async each<T>(items: Iterable<T>, visit: (item: T) => void): Promise<void> {
    const slice = this.begin();
    let count = 0;
    for (const item of items) {
      visit(item);
      if (++count % lookEvery === 0 && slice.due) await slice.rest();
    }
  }

  /** Somebody waits: who goes on by himself goes before him. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}

export class Slice {
  readonly #turns: Turns;
  #begunMs = performance.now();

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  get due(): boolean {
    return performance.now() - this.#begunMs >= sliceMsMax;
  }

  async rest(): Promise<void> {
    await this.#turns.next();
    this.#begunMs = performance.now();
  }
}
