/** What a heap orders: by `atMs`, and it knows its own place so that it can leave from anywhere. */
export interface HeapItem {
  atMs: number;
  /** -1 when in no heap. Written by the heap alone. */
  heapIndex: number;
}

interface Place extends HeapItem {
  readonly at: number;
}

/** Items by who is due next. */
export class DueHeap<T extends HeapItem> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    item.heapIndex = this.#items.length;
    this.#items.push(item);
    this.#up(item.heapIndex);
  }

  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    const last = this.#items.pop() as T;
    item.heapIndex = -1;
    if (last === item) return;
    this.#items[index] = last;
    last.heapIndex = index;
    this.#up(index);
    this.#down(last.heapIndex);
  }

  /** Soonest first, as far as it is taken. The heap must not change meanwhile. */
  *inOrder(): IterableIterator<T> {
    const items = this.#items;
    const next = new DueHeap<Place>();
    const look = (at: number) => {
      const item = items[at];
      if (item !== undefined) next.add({ at, atMs: item.atMs, heapIndex: -1 });
    };
    look(0);
    for (let place = next.first(); place !== undefined; place = next.first()) {
      next.remove(place);
      yield items[place.at] as T;
      look(2 * place.at + 1);
      look(2 * place.at + 2);
    }
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1;
    this.#items.length = 0;
  }

  #up(index: number): void {
    const items = this.#items;
    const item = items[index] as T;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent] as T;
      if (above.atMs <= item.atMs) break;
      items[index] = above;
      above.heapIndex = index;
      index = parent;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #down(index: number): void {
    const items = this.#items;
    const item = items[index] as T;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as T).atMs < (items[child] as T).atMs) child++;
      const below = items[child] as T;
      if (below.atMs >= item.atMs) break;
      items[index] = below;
      below.heapIndex = index;
      index = child;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
