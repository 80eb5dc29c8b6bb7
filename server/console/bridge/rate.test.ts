import { expect, test } from "vitest";
import { Rate } from "./rate.ts";

test("[BT2] what is refused for its rate costs nothing: whoever tries again gets through as soon as there is something", () => {
  const rate = new Rate(10, 10, 0);
  expect(rate.tryTake(10, 0)).toBe(true);

  for (let nowMs = 0; nowMs < 1_000; nowMs += 100) expect(rate.tryTake(10, nowMs)).toBe(false);

  expect(rate.tryTake(10, 1_000)).toBe(true);
  expect(rate.tryTake(1, 1_000)).toBe(false);
});

test("[BT2] more than a second's worth at once goes out after a rest, and is waited for afterwards", () => {
  const rate = new Rate(10, 10, 0);
  expect(rate.tryTake(30, 0)).toBe(true);

  expect(rate.tryTake(1, 2_000)).toBe(false);
  expect(rate.tryTake(1, 2_100)).toBe(true);
});
