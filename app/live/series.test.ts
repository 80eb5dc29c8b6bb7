import { expect, test } from "vitest";
import type { Series } from "../../server/console/contract/index.ts";
import { columns, courseOf, stacked, tableRows } from "./series.ts";

const series: Series = {
  stepMs: 1_000,
  metrics: ["inRate", "memoryDepth", "storedDepth"],
  points: [
    { atMs: 1_000, values: [1, 10, 5] },
    { atMs: 2_000, values: [2, 20, null] },
    { atMs: 6_000, values: [3, 30, 6] },
  ],
};

test("[W5] a missing second is a gap, not a line over it", () => {
  expect(columns(series, ["inRate"])).toEqual([
    [1, 2, 3, 6],
    [1, 2, null, 3],
  ]);
});

test("[W5] a metric the series does not have is not known, and one is found by its name", () => {
  expect(columns(series, ["storedDepth", "none"]).slice(1)).toEqual([
    [5, null, null, 6],
    [null, null, null, null],
  ]);
});

test("[W5] layers lie on those before them, and what is not known stays that", () => {
  expect(stacked(columns(series, ["memoryDepth", "storedDepth"])).slice(1)).toEqual([
    [10, 20, null, 30],
    [15, null, null, 36],
  ]);
});

test("[W5] a chart is also a sentence", () => {
  const of = (...values: (number | null)[]) =>
    courseOf([values.map((_, at) => at), values], 1, (one, other) => Math.round(one) === Math.round(other))
      .kind;

  expect([of(10, 30), of(30, null, 10), of(5, 5.1), of(5, 9, 5), of(null, null)]).toEqual([
    "rose",
    "fell",
    "stayed",
    "same",
    "none",
  ]);
});

test("[W5] a chart is also a table, newest first", () => {
  const rows = tableRows(columns(series, ["inRate"]), 2);

  expect(rows).toEqual([
    { atMs: 6_000, values: [3] },
    { atMs: 2_000, values: [2] },
  ]);
});
