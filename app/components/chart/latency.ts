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
    title: "Publish to FIN",
    unit: "time",
    as: "span",
    lines: latencyMetrics
      .slice(0, quantiles.length)
      .map((metric, index) => ({ metric, label: percentile(quantiles[index]!), ...looks[index]! })),
  };
}

/** 0.5 → p50, 0.999 → p99.9, 1 → Longest. */
function percentile(quantile: number): string {
  return quantile === 1 ? "Longest" : `p${Number((quantile * 100).toPrecision(6))}`;
}
