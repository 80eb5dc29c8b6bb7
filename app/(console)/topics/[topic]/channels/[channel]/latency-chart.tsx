"use client";

import { useMemo } from "react";
import type { Latency, Series } from "../../../../../../server/console/contract/index.ts";
import { latencyChart } from "../../../../../components/chart/latency.ts";
import { LiveChart } from "../../../../../components/chart/live-chart.tsx";

/** Nothing where no node was asked to follow it. */
export function LatencyChart({ latency, series }: { latency: Latency | null; series: Series }) {
  const quantiles = latency?.percentiles.map(({ quantile }) => quantile).join(" ") ?? "";
  // A chart of another kind is drawn from the start: it is another only when the percentiles are.
  const kind = useMemo(() => latencyChart(quantiles.split(" ").map(Number)), [quantiles]);
  return quantiles === "" ? null : <LiveChart kind={kind} series={series} />;
}
