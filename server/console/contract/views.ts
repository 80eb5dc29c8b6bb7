/**
 * What each page shows, as the console's server sends it: once whole, then by deltas.
 *
 * `null` always means "not known", never nothing: a page writes "—" for it. Sums are over
 * the nodes that answered; when `coverage` says that some did not, a sum is "at least". When none
 * answers, amounts are the last that were known, and rates are not known.
 * Every row of a table has a `key`, unique in that table; the order of rows is the page's affair.
 */

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

export type Severity = "warn" | "crit";
export type ProblemRule =
  | "no-consumers"
  | "depth-growing"
  | "timeouts"
  | "node-silent"
  | "node-secret"
  | "lookup-silent"
  | "store-down"
  | "producers-held"
  | "audit-behind"
  | "audit-gaps"
  | "memory-high"
  | "node-unhealthy"
  | "postgres-slow";

/** Something an operator can act on, worst first. */
export interface Problem {
  readonly key: string;
  readonly rule: ProblemRule;
  readonly severity: Severity;
  readonly sinceMs: number;
  /** One sentence in English, names and figures in it. */
  readonly message: string;
  readonly topic: string | null;
  readonly channel: string | null;
  /** A node's key. */
  readonly node: string | null;
}

/** A problem that is over. */
export interface PastProblem extends Problem {
  readonly endedAtMs: number;
}

/** Whether something answers: Postgres as the console sees it. */
export interface DatabaseStatus {
  /** `none`: started without one. */
  readonly state: "up" | "down" | "starting" | "none";
  readonly sinceMs: number;
  readonly reason: string | null;
}

/** On every page: the strip of problems and the live pill. */
export interface StatusView {
  readonly cluster: string;
  readonly coverage: Coverage;
  readonly database: DatabaseStatus;
  readonly problems: readonly Problem[];
  /** When the last problem went away; null: there was none since the console started. */
  readonly lastProblemAtMs: number | null;
  /** Those of the last hour, latest first, at most twenty. */
  readonly recentProblems: readonly PastProblem[];
  readonly nodes: readonly NodeRow[];
}

export interface OverviewView {
  readonly coverage: Coverage;
  readonly flow: Flow;
  /** Connections that have published. */
  readonly producers: number | null;
  readonly topicCount: number | null;
  readonly channelCount: number | null;
  /** Of the slowest node. */
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
  /** An address to publish to, as `http://host:port`; null: no node has been heard of. */
  readonly publishUrl: string | null;
  readonly problems: readonly Problem[];
  readonly lastProblemAtMs: number | null;
  /** Those of the last hour, latest first, at most twenty. */
  readonly recentProblems: readonly PastProblem[];
  /** The first ten by depth, by rate and by failures, together. */
  readonly topics: readonly TopicRow[];
  readonly nodes: readonly NodeRow[];
  readonly series: Series;
}

/** A topic in a table: `flow` is over the topic and all its channels, `inRate` and `messageCount` the topic's own. */
export interface TopicRow {
  /** The topic's name. */
  readonly key: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  readonly flow: Flow;
  /** The part of `flow.depth` that has not left the topic: no channel yet, or paused. */
  readonly topicDepth: number | null;
  readonly messageBytes: number | null;
  readonly channelCount: number;
  /** Keys of the nodes that have it. */
  readonly nodes: readonly string[];
  /** One of them is silent. */
  readonly stale: boolean;
}

export interface TopicsView {
  readonly coverage: Coverage;
  readonly total: Flow;
  readonly topics: readonly TopicRow[];
}

export interface ChannelRow {
  /** The channel's name. */
  readonly key: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  readonly flow: Flow;
  /** null: no node was asked to follow it (`--e2e-processing-latency-percentile`). */
  readonly latency: Latency | null;
  readonly nodes: readonly string[];
  readonly stale: boolean;
}

/** A topic's or a channel's part on one node. */
export interface ShareRow {
  /** The node's key. */
  readonly key: string;
  readonly hostname: string | null;
  readonly paused: boolean;
  readonly flow: Flow;
  readonly topicDepth: number | null;
  readonly stale: boolean;
  /** Age of these figures. */
  readonly ageMs: number | null;
}

export interface TopicView {
  readonly topic: TopicRow;
  readonly coverage: Coverage;
  /** Last time a publish was seen since the console started. */
  readonly lastMessageAtMs: number | null;
  readonly channels: readonly ChannelRow[];
  readonly nodes: readonly ShareRow[];
  readonly problems: readonly Problem[];
  readonly series: Series;
}

export interface ClientRow {
  readonly key: string;
  readonly clientId: string;
  readonly hostname: string;
  readonly address: string;
  readonly userAgent: string;
  /** The node's key. */
  readonly node: string;
  readonly readyCount: number;
  readonly inFlight: number;
  readonly messageCount: number;
  readonly finishCount: number;
  readonly requeueCount: number;
  readonly finishRate: number | null;
  readonly connectedAtMs: number | null;
  /** Percent; 0: everything. */
  readonly sampleRate: number;
  readonly tls: boolean;
  readonly snappy: boolean;
  readonly deflate: boolean;
}

/** One sentence about what holds a channel back, by rule. */
export interface Bottleneck {
  readonly rule: "paused" | "no-consumers" | "not-ready" | "saturated" | "timing-out" | "falling-behind";
  readonly message: string;
}

export interface ChannelView {
  readonly topic: string;
  readonly channel: ChannelRow;
  readonly coverage: Coverage;
  readonly bottleneck: Bottleneck | null;
  /** Asked of the nodes about once a second while somebody watches; null: not asked yet. */
  readonly clientsAtMs: number | null;
  readonly clients: readonly ClientRow[];
  readonly nodes: readonly ShareRow[];
  readonly problems: readonly Problem[];
  readonly series: Series;
}

export interface StoreStatus {
  readonly kind: "postgres" | "files" | "memory";
  readonly state: "up" | "down" | "starting";
  readonly sinceMs: number;
  readonly reason: string | null;
  readonly writingBytes: number;
  readonly auditLagMs: number;
  readonly auditEvents: number;
  readonly auditGaps: number;
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
}

/** Why nothing but its `/stats` is to be had of a node: no tail, no trace, no figures of its process and store. */
export interface NodeLimits {
  readonly rule: "genuine" | "no-secret" | "not-trusted" | "secret-refused";
  readonly message: string;
}

/** A nsqlookupd that nodes are found by. */
export interface LookupRow {
  /** Its HTTP address, `host:port`. */
  readonly key: string;
  readonly state: "up" | "silent" | "connecting";
  /** Why it is not up, in words. */
  readonly reason: string | null;
  readonly lastHeardAtMs: number | null;
  /** Nodes it named when it was last heard; null: never heard. */
  readonly nodeCount: number | null;
}

/** A node. What only the node can say is null until it has been heard of, and the last known after that. */
export interface NodeRow {
  /** Its HTTP address as the console was told it, `host:port`. */
  readonly key: string;
  /** `silent`: nothing heard for 3 s. `connecting`: not heard of yet. */
  readonly state: "up" | "silent" | "connecting";
  /** Why it is not up, in words. */
  readonly reason: string | null;
  readonly lastHeardAtMs: number | null;
  /** null: everything is to be had of it, or it has not been heard of. */
  readonly limits: NodeLimits | null;
  /** Keys of the lookups that name it; null: this console knows its nodes without lookups. */
  readonly lookups: readonly string[] | null;
  readonly id: string | null;
  readonly hostname: string | null;
  readonly version: string | null;
  readonly broadcastAddress: string | null;
  readonly tcpPort: number | null;
  readonly httpPort: number | null;
  readonly startedAtMs: number | null;
  readonly health: string | null;
  readonly connections: number | null;
  readonly producers: number | null;
  readonly consumers: number | null;
  readonly rssBytes: number | null;
  readonly cpu: number | null;
  readonly loopLagP99Ms: number | null;
  readonly memBytes: number | null;
  readonly memBytesMax: number | null;
  /** What a producer meets: served, held back, refused. */
  readonly pressure: "none" | "hold" | "refuse" | null;
  readonly store: StoreStatus | null;
  readonly topicCount: number | null;
  readonly flow: Flow;
}

export interface NodesView {
  readonly coverage: Coverage;
  readonly nodes: readonly NodeRow[];
  readonly lookups: readonly LookupRow[];
}

/** A channel on one node. */
export interface NodeChannelRow {
  /** `topic/channel`. */
  readonly key: string;
  readonly topic: string;
  readonly channel: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  readonly flow: Flow;
}

export interface NodeView {
  readonly node: NodeRow;
  /** Topics and channels on this node alone. */
  readonly topics: readonly TopicRow[];
  readonly channels: readonly NodeChannelRow[];
  readonly problems: readonly Problem[];
  readonly series: Series;
}
