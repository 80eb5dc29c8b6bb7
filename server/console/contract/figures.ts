/** Figures that move, and their last five minutes. `null` always means "not known". */

/** How many nodes the figures are from. */
export interface Coverage {
  /** Nodes whose figures are fresh, and nodes there should be. */
  readonly heard: number;
  readonly of: number;
  /** The silent ones; null: never heard since the console started. */
  readonly missing: readonly { readonly key: string; readonly lastHeardAtMs: number | null }[];
  /** Lookups that do not answer: nodes that only they know are not even counted here. */
  readonly silentLookups: readonly string[];
}

/** What moves through a topic, a channel, or everything together. Rates are a second, smoothed over 5 s. */
export interface Flow {
  /** Published (topic, overview) or entered (channel). */
  readonly inRate: number | null;
  /** Deliveries, redeliveries included. */
  readonly outRate: number | null;
  readonly finishRate: number | null;
  readonly requeueRate: number | null;
  readonly timeoutRate: number | null;
  /** Messages that wait to be handed out: `memoryDepth + storedDepth`. */
  readonly depth: number | null;
  readonly memoryDepth: number | null;
  /** Out of memory: in Postgres (or in segment files, see `NodeRow.store.kind`). */
  readonly storedDepth: number | null;
  readonly inFlight: number | null;
  readonly deferred: number | null;
  /** Counters since the nodes started. */
  readonly messageCount: number | null;
  readonly deliverCount: number | null;
  readonly finishCount: number | null;
  readonly requeueCount: number | null;
  readonly timeoutCount: number | null;
  /** Age of the oldest message that waits or is held. null: there is none, or it is not known. */
  readonly oldestAgeMs: number | null;
  /** Connected consumers. */
  readonly clients: number | null;
}

/** How long messages took from publish to FIN, lately. */
export interface Latency {
  /** Messages that were finished in that time, over all nodes. */
  readonly count: number;
  /** In the order in which they were asked for; of several nodes the slowest one's. */
  readonly percentiles: readonly { readonly quantile: number; readonly ms: number }[];
}

/** `flowMetrics` is the order of `SeriesPoint.values` of overview and topic, with `latencyMetrics` behind of channel. */
export const flowMetrics = [
  "inRate",
  "outRate",
  "finishRate",
  "requeueRate",
  "timeoutRate",
  "memoryDepth",
  "storedDepth",
  "inFlight",
  "deferred",
  "oldestAgeMs",
  "clients",
] as const satisfies readonly (keyof Flow)[];

/** The first three percentiles that a channel's nodes were asked to follow. */
export const latencyMetrics = ["latencyMs1", "latencyMs2", "latencyMs3"] as const;

/** The same for a node. `cpu` is of one core, 0 to 1. */
export const nodeMetrics = [
  "inRate",
  "outRate",
  "cpu",
  "loopLagP99Ms",
  "rssBytes",
  "memBytes",
  "connections",
  "commitP99Ms",
  "auditLagMs",
  "memBytesMax",
  "leaseAgeMs",
] as const;

export interface SeriesPoint {
  /** Wall clock of the console. */
  readonly atMs: number;
  /** In the order of `Series.metrics`, rates unsmoothed; null is a gap and is drawn as one. */
  readonly values: readonly (number | null)[];
}

/** The last five minutes, a point a second, oldest first. A missing second is a gap. */
export interface Series {
  readonly stepMs: number;
  readonly metrics: readonly string[];
  readonly points: readonly SeriesPoint[];
}
