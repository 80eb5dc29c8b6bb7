"use client";

import { useMemo } from "react";
import type { HistoryObject, Latency, Series } from "../../../../../../server/console/contract/index.ts";
import { HistoryCharts } from "../../../../../components/chart/history-charts.tsx";
import { latencyChart } from "../../../../../components/chart/latency.ts";

/** Nothing where no node was asked to follow it. */
export function LatencyChart({
  object,
  latency,
  series,
}: {
  object: HistoryObject;
  latency: Latency | null;
  series: Series;
}) {
  const quantiles = latency?.percentiles.map(({ quantile }) => quantile).join(" ") ?? "";
  // A chart of another kind is drawn from the start: it is another only when the percentiles are.
  const kinds = useMemo(() => [latencyChart(quantiles.split(" ").map(Number))], [quantiles]);
  return quantiles === "" ? null : (
    <HistoryCharts object={object} kinds={kinds} series={series} across={1} bar={false} />
  );
}
