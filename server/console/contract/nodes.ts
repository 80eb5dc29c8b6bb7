/** What is shown of nodes, and of the lookups they are found by. */
import type { LastAction } from "./audit.ts";
import type { Durability, LeaseState } from "./cluster.ts";
import type { Coverage, Flow, Series } from "./figures.ts";
import type { Problem, TopicRow } from "./views.ts";

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
  /** null: there is no Postgres, or it has not said yet. */
  readonly durability: Durability | null;
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
  /** Where it was told that it is, `--topology-region` and `--topology-zone`; null: it was not, or is not heard of. */
  readonly region: string | null;
  readonly zone: string | null;
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
  /** Topics and channels declared for the cluster that are not so on it; null: it has no cluster, or is not heard of. */
  readonly clusterDifferences: number | null;
  /** Its right to write what is durable; null: it has none to ask for, or is not heard of. */
  readonly lease: LeaseState | null;
  readonly epoch: number | null;
  /** Durable logs that it owns: more than `logsCountedMax` are not counted; null: it has none to own, or is not heard of. */
  readonly durableLogs: number | null;
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
  /** What was last done to the node itself. */
  readonly lastAction: LastAction | null;
  readonly node: NodeRow;
  /** Topics and channels on this node alone. */
  readonly topics: readonly TopicRow[];
  readonly channels: readonly NodeChannelRow[];
  readonly problems: readonly Problem[];
  readonly series: Series;
}
