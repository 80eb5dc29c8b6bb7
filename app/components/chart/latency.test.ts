import { expect, test } from "vitest";
import { latencyChart } from "./latency.ts";

test("[CN20] a channel's chart has a line for each of its first three percentiles", () => {
  const lines = (quantiles: readonly number[]) =>
    latencyChart(quantiles).lines.map(({ metric, label, word }) => `${metric} ${label ?? word}`);

  expect(lines([0.5, 0.999, 1, 0.9])).toEqual(["latencyMs1 p50", "latencyMs2 p99.9", "latencyMs3 longest"]);
  expect(lines([0.29])).toEqual(["latencyMs1 p29"]);
  expect(lines([])).toEqual([]);
});
