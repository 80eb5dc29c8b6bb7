import { expect, test } from "vitest";
import { joinLatencies, latencyValues } from "./latency.ts";

const latency = (count: number, ...percentiles: readonly (readonly [quantile: number, ms: number])[]) => ({
  count,
  percentiles: percentiles.map(([quantile, ms]) => ({ quantile, ms })),
});

test("[CN20] of several nodes' percentiles the slowest is shown, of all that are followed anywhere", () => {
  expect(
    joinLatencies([latency(3, [0.5, 10], [0.99, 20]), null, latency(4, [0.99, 40], [0.5, 5], [1, 50])]),
  ).toEqual(latency(7, [0.5, 10], [0.99, 40], [1, 50]));
  expect(joinLatencies([null, null])).toBeNull();
  expect(joinLatencies([])).toBeNull();
});

test("[CN20] the first three percentiles are charted, and nothing is no time", () => {
  expect(latencyValues(latency(2, [0.5, 1], [0.9, 2], [0.99, 3], [1, 4]))).toEqual([1, 2, 3]);
  expect(latencyValues(latency(2, [0.5, 0]))).toEqual([0, null, null]);
  expect(latencyValues(latency(0, [0.5, 0]))).toEqual([null, null, null]);
  expect(latencyValues(null)).toEqual([null, null, null]);
});
