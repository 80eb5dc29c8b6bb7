import { expect, test } from "vitest";
import type { LeaseRow } from "../../db/queries/leases.ts";
import { Watch } from "./watch.ts";

const ttlMs = 3_000;

function row(nodeId: string, renewals: number, more: Partial<LeaseRow> = {}): LeaseRow {
  return {
    ...{ nodeId, hostname: nodeId, broadcastAddress: nodeId, epoch: 1, term: 1, renewals },
    ...{ ttlMs, released: false, holds: true, logs: 1, ...more },
  };
}

const ripe = (watch: Watch, nowMs: number) => watch.ripe(nowMs).map(({ row: { nodeId } }) => nodeId);

test("[LE2] a node is adopted when its lease was seen unrenewed for its whole time, and no sooner", () => {
  const watch = new Watch("me", ttlMs);
  watch.observe([row("me", 1), row("dead", 5), row("alive", 1)], 10_000);
  watch.observe([row("me", 2), row("dead", 5), row("alive", 2)], 11_000);
  expect(watch.ripeAtMs()).toBe(13_000);
  expect(ripe(watch, 12_999)).toEqual([]);
  expect(ripe(watch, 13_000)).toEqual(["dead"]);

  watch.observe([row("dead", 6), row("alive", 3)], 13_000);
  expect(ripe(watch, 13_001)).toEqual([]);
});

test("[LE2] a node that could not write has seen nothing: after an outage everybody has time to renew", () => {
  const watch = new Watch("me", ttlMs);
  watch.observe([row("other", 5)], 10_000);
  watch.restart();
  expect(ripe(watch, 100_000)).toEqual([]);
  watch.observe([row("other", 5)], 100_000);
  expect(ripe(watch, 102_999)).toEqual([]);
  expect(ripe(watch, 103_000)).toEqual(["other"]);
});

test("[LE2] the longer of two times counts, and another term is another lease", () => {
  const watch = new Watch("me", ttlMs);
  watch.observe([row("slow", 1, { ttlMs: 10_000 })], 0);
  expect(ripe(watch, 9_999)).toEqual([]);
  expect(ripe(watch, 10_000)).toEqual(["slow"]);
  watch.observe([row("slow", 1, { term: 2 })], 10_000);
  expect(ripe(watch, 12_999)).toEqual([]);
});

test("[LE2] who has nothing to take is left, who has let go is taken at once", () => {
  const watch = new Watch("me", ttlMs);
  watch.observe([row("empty", 1, { holds: false }), row("gone", 1, { released: true })], 0);
  expect(ripe(watch, 1)).toEqual(["gone"]);
  watch.forget("gone");
  expect(ripe(watch, 1)).toEqual([]);
  expect(watch.ripeAtMs()).toBeNull();
});
