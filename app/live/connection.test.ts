import { expect, test } from "vitest";
import { type Connection, isStale, liveState, retryDelayMs, retryMaxMs, unopened } from "./connection.ts";

const open: Connection = { ...unopened, phase: "open" };

test("[W3] data is live, then delayed after 3 s, then stale after 10 s", () => {
  expect(liveState(open, 3_000, 0)).toEqual({ kind: "live" });
  expect(liveState(open, 3_001, 0)).toEqual({ kind: "delayed", ageMs: 3_001 });
  expect(isStale(liveState(open, 10_000, 0))).toBe(false);
  expect(isStale(liveState(open, 10_001, 0))).toBe(true);
});

test("[W3] ages are told by the console's clock, whatever the browser's says", () => {
  const behind = { ...open, offsetMs: 3_600_000 };

  expect(liveState(behind, 1_000, 3_601_000)).toEqual({ kind: "live" });
});

test("[W3] a lost line is said at once, also while the page is held, with the time of the next attempt", () => {
  const lost = { ...open, phase: "lost", retryAtMs: 5_000, pausedAtMs: 100 } as const;

  expect(liveState(lost, 2_000, 500)).toEqual({ kind: "lost", retryInMs: 3_000, ageMs: 1_500 });
  expect(isStale(liveState(lost, 2_000, 500))).toBe(true);
});

test("[W3] a held page says for how long and how many updates wait", () => {
  const held = { ...open, pausedAtMs: 1_000, heldUpdates: 42 };

  expect(liveState(held, 43_000, 1_000)).toEqual({ kind: "paused", forMs: 42_000, heldUpdates: 42 });
  expect(isStale(liveState(held, 43_000, 1_000))).toBe(false);
});

test("[W3] attempts spread between half a second and ten", () => {
  const delays = Array.from({ length: 12 }, (_, attempt) => [
    retryDelayMs(attempt, 0),
    retryDelayMs(attempt, 1),
  ]);

  expect(delays[0]).toEqual([250, 500]);
  expect(delays[3]).toEqual([2_000, 4_000]);
  expect(delays.at(-1)).toEqual([retryMaxMs / 2, retryMaxMs]);
});
