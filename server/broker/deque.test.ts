import { expect, test } from "vitest";
import { Deque } from "./deque.ts";

test("[Q1] what goes in at one end of a deque comes out at the other, however it grows and turns", () => {
  const deque = new Deque<number>();
  const model: number[] = [];

  for (let step = 0; step < 1_000; step++) {
    if (step % 7 === 3) {
      deque.unshift(step);
      model.unshift(step);
    } else if (step % 3 === 1) {
      expect(deque.shift()).toBe(model.shift());
    } else {
      deque.push(step);
      model.push(step);
    }
    expect(deque.length).toBe(model.length);
    expect(deque.at(0)).toBe(model[0]);
    expect(deque.at(model.length - 1)).toBe(model.at(-1));
  }

  expect([...deque]).toEqual(model);
  deque.clear();
  expect(deque.shift()).toBeUndefined();
});

test("[Q1] there is nothing before the first item and after the last", () => {
  const deque = new Deque<string>();
  for (const item of ["a", "b", "c", "d", "e"]) deque.push(item);

  expect(deque.at(5)).toBeUndefined();
  for (let index = -1; index >= -8; index--) expect(deque.at(index)).toBeUndefined();
});
