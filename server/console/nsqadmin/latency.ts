/** End-to-end latencies of several nodes as one, in nsqadmin's shape. Averages are weighted by what was counted. */
import type { UpstreamLatency } from "./upstream-schema.ts";

interface Percentile {
  readonly quantile: number;
  readonly min: number;
  readonly max: number;
  readonly average: number;
  readonly count: number;
}

export interface Latency {
  readonly count: number;
  readonly percentiles: readonly Percentile[] | null;
  readonly topic: string;
  readonly channel: string;
  /** A node, or `*` for several. */
  readonly host: string;
}

interface Place {
  readonly topic: string;
  readonly channel: string;
  readonly host: string;
}

export function latencyOf({ count, percentiles }: UpstreamLatency, place: Place): Latency {
  const shown = percentiles.map(({ quantile, value }) => ({
    quantile,
    value,
    min: value,
    max: value,
    average: value,
    count,
  }));
  return { count, percentiles: shown.length === 0 ? null : shown, ...place };
}

export function addLatencies(latencies: readonly Latency[], place: Place): Latency {
  const byQuantile = Map.groupBy(
    latencies.flatMap(({ percentiles }) => percentiles ?? []),
    ({ quantile }) => quantile,
  );
  const percentiles = [...byQuantile].map(([quantile, parts]) => {
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    const weighted = parts.reduce((sum, part) => sum + part.average * part.count, 0);
    return {
      quantile,
      min: Math.min(...parts.map(({ min }) => min)),
      max: Math.max(...parts.map(({ max }) => max)),
      average: count === 0 ? 0 : weighted / count,
      count,
    };
  });
  return {
    count: latencies.reduce((sum, { count }) => sum + count, 0),
    percentiles:
      percentiles.length === 0 ? null : percentiles.sort((one, other) => other.quantile - one.quantile),
    ...place,
  };
}
