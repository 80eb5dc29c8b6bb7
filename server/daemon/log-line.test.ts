import { expect, test } from "vitest";
import { logLine } from "./log-line.ts";

test("[CL5] a line has local time to the microsecond, and those that follow one another are in its order", () => {
  const before = Date.now();
  const lines = Array.from({ length: 10_000 }, () => logLine("[nsqd] ", "INFO", "a\nb"));
  const after = Date.now();

  expect(lines[0]).toMatch(/^\[nsqd\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} INFO: a b\n$/);
  expect(lines.toSorted()).toEqual(lines);
  const saidMs = Date.parse(lines[0]!.slice(7, 30));
  expect(saidMs).toBeGreaterThanOrEqual(before - 5);
  expect(saidMs).toBeLessThanOrEqual(after + 5);
});
