import { flowMetrics, type Series } from "../../../server/console/contract/index.ts";

/** A quarter of an hour that is always the same: what it shows can be compared with what it showed before. */
export const samplesFromMs = Date.UTC(2026, 0, 5, 12, 0, 0);
const stepMs = 10_000;
const count = 90;
export const samplesToMs = samplesFromMs + (count - 1) * stepMs;

/** Nobody answered for a while: a gap is no zero. */
const isMissing = (at: number) => at >= 40 && at < 50;

function figureAt(metric: string, at: number): number {
  const wave = Math.sin(at / 7) + Math.sin(at / 3) / 3;
  if (metric.endsWith("Rate")) return Math.round(420 + 60 * wave);
  if (metric === "oldestAgeMs") return at * 4_000;
  return Math.round(4_000 + at * 120 + 300 * wave);
}

export const sampleSeries: Series = {
  stepMs,
  metrics: flowMetrics,
  points: Array.from({ length: count }, (_, at) => ({
    atMs: samplesFromMs + at * stepMs,
    values: flowMetrics.map((metric) => (isMissing(at) ? null : figureAt(metric, at))),
  })),
};
