import { latencyMetrics } from "../../../server/console/contract/index.ts";
import type { ChartKind, Line } from "./lines.ts";

const looks: readonly Pick<Line, "hue" | "dash">[] = [
  { hue: "ok" },
  { hue: "info", dash: [6, 4] },
  { hue: "warn", dash: [2, 3] },
];

/** From publish to FIN: a line for each of the first three percentiles. */
export function latencyChart(quantiles: readonly number[]): ChartKind {
  return {
    id: "latency",
    as: "span",
    lines: latencyMetrics.slice(0, quantiles.length).map((metric, index) => ({
      metric,
      ...percentile(quantiles[index]!),
      ...looks[index]!,
    })),
  };
}

/** 0.5 → p50, 0.999 → p99.9 */
function percentile(quantile: number): Pick<Line, "label" | "word"> {
  return quantile === 1 ? { word: "longest" } : { label: `p${Number((quantile * 100).toPrecision(6))}` };
}
