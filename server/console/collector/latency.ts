/** How long messages of a channel took from publish to FIN, over the nodes that were asked to follow it. */
import type { LiveLatency } from "../../protocol/live.ts";
import { type Latency, latencyMetrics } from "../contract/index.ts";

/**
 * Percentiles of several nodes cannot be added up; what no more than so many took on any node, no more took
 * on all of them together: so the slowest node's is shown. null: none follows it.
 */
export function joinLatencies(latencies: readonly (LiveLatency | null)[]): Latency | null {
  const followed = latencies.filter((latency) => latency !== null);
  if (followed.length === 0) return null;
  let count = 0;
  const slowest = new Map<number, number>();
  for (const latency of followed) {
    count += latency.count;
    for (const { quantile, ms } of latency.percentiles) {
      slowest.set(quantile, Math.max(slowest.get(quantile) ?? 0, ms));
    }
  }
  return { count, percentiles: Array.from(slowest, ([quantile, ms]) => ({ quantile, ms })) };
}

/** In the order of `latencyMetrics`. Of nothing finished no time is known. */
export function latencyValues(latency: Latency | null): (number | null)[] {
  const known = latency !== null && latency.count > 0 ? latency.percentiles : [];
  return latencyMetrics.map((_, index) => known[index]?.ms ?? null);
}
