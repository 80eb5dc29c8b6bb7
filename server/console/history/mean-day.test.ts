import { expect, test } from "vitest";
import { meanDayBytes } from "./mean-day.ts";

const dayMs = 86_400_000;
const days = (...bytes: number[]) => bytes.map((each, at) => ({ fromMs: at * dayMs, bytes: each }));

test("[HY11] what a day comes to is told by the last whole ones, else by today so far, else not at all", () => {
  expect(meanDayBytes([], 0)).toBeNull();
  expect(meanDayBytes(days(100), dayMs / 48)).toBeNull();
  expect(meanDayBytes(days(100), dayMs / 4)).toBe(400);
  expect(meanDayBytes(days(100, 7), 1.5 * dayMs)).toBe(100);
  expect(meanDayBytes(days(100, 300, 7), 2.5 * dayMs)).toBe(300);
  expect(meanDayBytes(days(100, ...Array.from({ length: 9 }, (_, at) => at), 7), 10.5 * dayMs)).toBe(5);
});
