import { expect, test } from "vitest";
import type { EventRow } from "../../../server/console/contract/index.ts";
import { newerFrom, newerOf } from "./newer.ts";

const row = (atMs: number, part: Partial<EventRow> = {}): EventRow => ({
  ...{ atMs, kind: "publish", id: "0000000100000000", count: 1, topic: "t", channel: null },
  ...{ attempts: null, delayMs: null, client: null, node: "n", epoch: null },
  ...part,
});
const shown = [row(20_000), row(15_000), row(5_000)];

test("[W33] newer is what is not shown, what came late from another node included", () => {
  const found = [row(21_000), row(20_000), row(18_000, { node: "m" }), row(15_000)];

  expect(newerFrom(shown, 0)).toBe(10_000);
  expect(newerOf(shown, found, true)).toBe(2);
  expect(newerOf(shown, shown, true)).toBe(0);
});

test("[W33] what is older than a page that goes on is not newer, and an empty page has everything to come", () => {
  expect(newerOf(shown, [row(4_000)], false)).toBe(0);
  expect(newerOf(shown, [row(4_000)], true)).toBe(1);
  expect([newerFrom([], 3_000), newerOf([], [row(4_000)], true)]).toEqual([3_000, 1]);
});
