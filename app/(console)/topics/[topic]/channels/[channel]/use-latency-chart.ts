"use client";

import { useMemo } from "react";
import type { Latency } from "../../../../../../server/console/contract/index.ts";
import { latencyChart } from "../../../../../components/chart/latency.ts";
import type { ChartKind } from "../../../../../components/chart/lines.ts";

/** null where no node was asked to follow it. */
export function useLatencyChart(latency: Latency | null): ChartKind | null {
  const quantiles = latency?.percentiles.map(({ quantile }) => quantile).join(" ") ?? "";
  // A chart of another kind is drawn from the start: it is another only when the percentiles are.
  return useMemo(
    () => (quantiles === "" ? null : latencyChart(quantiles.split(" ").map(Number))),
    [quantiles],
  );
}
