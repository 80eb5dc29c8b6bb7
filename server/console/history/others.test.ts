import { expect, test } from "vitest";
import { systemClock } from "../clock.ts";
import { Collector } from "../collector/collector.ts";
import { flowMetrics } from "../contract/index.ts";
import { joinedWith } from "../testing/joined.ts";
import { othersOf } from "./others.ts";
import { Selection } from "./selection.ts";

const values = (of: Partial<Record<(typeof flowMetrics)[number], number | null>>) =>
  flowMetrics.map((metric) => of[metric] ?? null);

test("[HY10] what has no series of its own is one together: the whole less those that have", () => {
  const known = new Map([
    ["overview", values({ inRate: 10.3, memoryDepth: 100, oldestAgeMs: 9_000, outRate: 5 })],
    ["topic:a", values({ inRate: 10, memoryDepth: 40, oldestAgeMs: 9_000 })],
    ["topic:b", values({ inRate: 0.3, memoryDepth: 60 })],
    ["channel:a/c", values({ inRate: 99 })],
  ]);
  const of = (selected: readonly string[]) => othersOf({ valuesOf: (room) => known.get(room) }, selected);

  expect(of(["overview", "topic:a", "channel:a/c", "topic:gone"])).toEqual(
    values({ inRate: 10.3 - 10, memoryDepth: 60, outRate: 5 }),
  );
  expect(of(["topic:a", "topic:b"])).toEqual(values({ inRate: 0, memoryDepth: 0, outRate: 5 }));
  known.delete("overview");
  expect(of(["topic:a"])).toBeUndefined();
});

test("[HY10] it takes a place among the series only where there is no place for all", () => {
  const collector = new Collector({
    ...{ nodes: [], lookups: null, clock: systemClock },
    database: () => ({ state: "none", sinceMs: 0, reason: null }),
  });
  for (const name of ["a", "b", "c"]) collector.topics.set(name, joinedWith(name, "c", {}));
  const roomsAt = (seriesMax: number) => {
    const selection = new Selection();
    selection.update(collector, seriesMax);
    return [...selection.rooms];
  };

  const grown = new Selection();
  grown.update(collector, 7);
  expect([...grown.rooms]).not.toContain("other");
  grown.update(collector, 5);
  expect([...grown.rooms], "as soon as there is no place for all").toContain("other");
  expect(grown.rooms.size).toBe(5);
  const crowded = roomsAt(4);
  expect(crowded).toHaveLength(4);
  expect(crowded.slice(0, 2)).toEqual(["overview", "other"]);
});
