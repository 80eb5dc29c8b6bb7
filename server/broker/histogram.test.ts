import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";

const quantiles = [0.01, 0.5, 0.9, 0.99, 0.999, 1];

function histogramOf(times: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  return histogram;
}

test("[HG1] a quantile is within 2 % of the exact one, also of what was added up", () => {
  const time = fc.double({ min: -9, max: 9, noNaN: true }).map((power) => 10 ** power);
  const times = fc.array(time, { minLength: 1, maxLength: 200 });

  fc.assert(
    fc.property(times, times, (some, others) => {
      const sum = histogramOf(some);
      sum.add(histogramOf(others));

      const sorted = [...some, ...others].toSorted((a, b) => a - b);
      expect(sum.count).toBe(sorted.length);
      for (const quantile of quantiles) {
        const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1]!;
        const found = sum.quantileMs(quantile);
        // Below 2 µs nobody measures.
        if (exact < 0.002) expect(found).toBeLessThan(0.0021);
        else expect(Math.abs(found - exact) / exact).toBeLessThan(0.02);
      }
      expect(sum.quantileMs(1)).toBe(sorted.at(-1));
    }),
  );
});

test("[HG1] nothing, times below any and times above any are counted", () => {
  const histogram = new Histogram();
  expect(quantiles.map((quantile) => histogram.quantileMs(quantile))).toEqual([0, 0, 0, 0, 0, 0]);

  for (const ms of [0, 1e-12, 2 ** 31 + 1, 1e300]) histogram.record(ms);

  expect(histogram.count).toBe(4);
  expect(histogram.quantileMs(0.5)).toBeLessThan(0.002);
  expect(histogram.quantileMs(0.75)).toBeGreaterThan(2 ** 31);
});

test("[HG1] one that was cleared begins anew", () => {
  const histogram = histogramOf([1_000_000]);
  histogram.clear();
  histogram.record(5);

  expect([histogram.count, histogram.quantileMs(0.5), histogram.quantileMs(1)]).toEqual([1, 5, 5]);
});
