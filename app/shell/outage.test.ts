import { expect, test } from "vitest";
import { backShownMs, outageOf } from "./outage.ts";

test("[W9] Postgres away is said with its time and reason", () => {
  const down = { state: "down", sinceMs: 1_000, reason: "connection refused" } as const;

  expect(outageOf(down, null, 13_000)).toEqual({
    kind: "away",
    forMs: 12_000,
    reason: "connection refused",
  });
});

test("[W9] its return is said for a minute, with how long it was away", () => {
  const up = { state: "up", sinceMs: 11_000, reason: null } as const;

  expect(outageOf(up, 1_000, 12_000)).toEqual({ kind: "back", forMs: 10_000, untilMs: 11_000 });
  expect(outageOf(up, 1_000, 11_001 + backShownMs)).toBeNull();
});

test("[W9] nothing is said where nothing happened, or where there is no database", () => {
  expect(outageOf({ state: "up", sinceMs: 0, reason: null }, null, 1)).toBeNull();
  expect(outageOf({ state: "none", sinceMs: 0, reason: null }, null, 1)).toBeNull();
});
