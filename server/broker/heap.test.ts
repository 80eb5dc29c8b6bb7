import { expect, test } from "vitest";
import { DueHeap, type HeapItem } from "./heap.ts";
import { Random } from "./testing/random.ts";

class Item implements HeapItem {
  atMs: number;
  heapIndex = -1;
  constructor(atMs: number) {
    this.atMs = atMs;
  }
}

test("[Q2] the first of a heap is due first, whoever left from the middle", () => {
  const random = new Random(7);
  const heap = new DueHeap<Item>();
  let model: Item[] = [];

  for (let step = 0; step < 3_000; step++) {
    if (model.length > 0 && random.chance(0.45)) {
      const item = random.pick(model);
      heap.remove(item);
      heap.remove(item);
      model = model.filter((other) => other !== item);
      expect(item.heapIndex).toBe(-1);
    } else {
      const item = new Item(random.below(500));
      heap.add(item);
      model.push(item);
    }
    expect(heap.length).toBe(model.length);
    expect(heap.first()?.atMs).toBe(
      model.length === 0 ? undefined : Math.min(...model.map(({ atMs }) => atMs)),
    );
  }

  heap.clear();
  expect(heap.first()).toBeUndefined();
  expect(model.every(({ heapIndex }) => heapIndex === -1)).toBe(true);
});

test("[Q2] a heap is walked in the order in which its items are due, and stays as it is", () => {
  const heap = new DueHeap<Item>();
  const times = [50, 3, 99, 3, 17, 42, 8, 71, 1, 64];
  for (const atMs of times) heap.add(new Item(atMs));

  expect(Array.from(heap.inOrder(), ({ atMs }) => atMs)).toEqual(times.toSorted((a, b) => a - b));
  expect(heap.first()?.atMs).toBe(1);
  expect(heap.length).toBe(times.length);
});
