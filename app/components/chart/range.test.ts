import { expect, test } from "vitest";
import { bounds, rangeOf, shifted, windowAfter } from "./range.ts";

const nowMs = 1_700_000_000_000;
const hourMs = 3_600_000;
const of = (window: string | null, from: string | null = null, to: string | null = null) =>
  bounds(rangeOf(window, from, to), nowMs);

test("[HY7] an address says of which time the charts are, and what is not understood is left out", () => {
  expect(of("1h")).toEqual({ fromMs: nowMs - hourMs, toMs: nowMs });
  expect(of("1h", "now-3h", "now-1h")).toEqual({ fromMs: nowMs - 3 * hourMs, toMs: nowMs - hourMs });
  expect(of(null, "1699999000000", "1699999900000")).toEqual({
    fromMs: 1_699_999_000_000,
    toMs: 1_699_999_900_000,
  });
  for (const odd of [of(null), of("2h"), of("5m", "yesterday"), of("__proto__", "now", "now")])
    expect(odd).toEqual({ fromMs: nowMs - 300_000, toMs: nowMs });
});

test("[HY7] one can go half of it back, and forth until now", () => {
  const hour = rangeOf("1h", null, null);

  expect(shifted(hour, -1, nowMs)).toEqual({ fromMs: nowMs - 1.5 * hourMs, toMs: nowMs - hourMs / 2 });
  expect(shifted(hour, 1, nowMs)).toEqual({ fromMs: nowMs - hourMs, toMs: nowMs });
  expect([windowAfter("5m"), windowAfter("7d")]).toEqual(["1h", "5m"]);
});
