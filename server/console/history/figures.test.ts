import { expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { Collector } from "../collector/collector.ts";
import { consumerMarks, flowMetrics } from "../contract/index.ts";
import { Fold } from "./figures.ts";
import { planOf } from "./reading.ts";
import { Selection } from "./selection.ts";

const dayMs = 86_400_000;
const days = { "10s": 1, "1m": 14, "1h": 365 };

test("[HY2] of a step a rate keeps its mean, an amount its most, and what nobody knew stays unknown", () => {
  const fold = new Fold(["inRate", "memoryDepth", "oldestAgeMs"]);
  fold.add([10, 5, null]);
  fold.add([20, 9, null]);
  fold.add([null, 7, null]);

  expect([...fold.result()!]).toEqual([15, 9, Number.NaN]);
  expect(new Fold(flowMetrics).result()).toBeNull();
});

test("[HY2] beyond the limit the most active are sampled, and who is in stays in while it is alike", () => {
  const collector = new Collector({
    ...{ nodes: [], lookups: null, clock: systemClock },
    database: () => ({ state: "none", sinceMs: 0, reason: null }),
  });
  const selection = new Selection();
  selection.update(collector, 3);

  expect([...selection.rooms]).toEqual(["overview"]);
  expect(selection.objects).toBe(1);
});

test("[HY6] a chart has the finest step that it can show and that is still kept", () => {
  const plan = (spanMs: number, agoMs = 0) => {
    const { table, stepS } = planOf(1e12 - agoMs - spanMs, 1e12 - agoMs, 1e12, days);
    return `${table}/${stepS}`;
  };

  expect([plan(3_600_000), plan(6 * 3_600_000), plan(dayMs), plan(7 * dayMs)]).toEqual([
    "10s/10",
    "1m/60",
    "1m/300",
    "1m/1800",
  ]);
  expect([plan(3_600_000, 2 * dayMs), plan(3_600_000, 30 * dayMs), plan(300 * dayMs)]).toEqual([
    "1m/60",
    "1h/3600",
    "1h/86400",
  ]);
});

test("[HY1] consumers that come or go are marked, unless there is a gap in between", () => {
  const point = (second: number, clients: number | null) => ({ atMs: second * 1_000, values: [clients] });
  const points = [point(0, 1), point(10, 3), point(20, 3), point(60, 5), point(70, null), point(80, 2)];

  expect(consumerMarks(points, 0, 10_000)).toEqual([
    { kind: "consumers", atMs: 10_000, before: 1, after: 3 },
  ]);
});
