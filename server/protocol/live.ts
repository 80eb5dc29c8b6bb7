/**
 * What a node says of itself on `GET /v1/live`, as newline-delimited JSON: one
 * snapshot, then a change a tick. The console's collector reads it; a genuine
 * nsqd is brought into the same shape from its `/stats`. Counters only ever
 * grow while `startedAtMs` stays; rates are the reader's to derive.
 */

/** More deliveries than so many, and something is wrong with a message, or with who gets it. */
export const poisonAttempts = 5;

/** Times from publish to FIN, of the last `--e2e-processing-latency-window-time`. */
export interface LiveLatency {
  readonly count: number;
  /** In the order in which they were asked for; 0 while nothing was finished. */
  readonly percentiles: readonly { readonly quantile: number; readonly ms: number }[];
}

export interface LiveChannel {
  readonly name: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  /** Waiting to be handed out: `memoryDepth + storedDepth`. */
  readonly depth: number;
  readonly memoryDepth: number;
  /** Waiting, and out of memory: in Postgres or in segment files. */
  readonly storedDepth: number;
  readonly inFlight: number;
  readonly deferred: number;
  readonly messageCount: number;
  /** Deliveries, redeliveries included. */
  readonly deliverCount: number;
  readonly finishCount: number;
  readonly requeueCount: number;
  readonly timeoutCount: number;
  /** Still owed, and delivered more than `poisonAttempts` times; null: a node one version older does not say. */
  readonly poisonCount: number | null;
  readonly clientCount: number;
  /** null: the node was not asked to follow it. */
  readonly latency: LiveLatency | null;
  /** Age of the oldest message that waits or is held; null: there is none, or it is not known. */
  readonly oldestAgeMs: number | null;
}

export interface LiveTopic {
  readonly name: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  /** What is published to it counts when it is in the store. */
  readonly durable: boolean;
  /** What has not left the topic: no channel yet, or paused. */
  readonly depth: number;
  readonly memoryDepth: number;
  readonly storedDepth: number;
  readonly messageCount: number;
  readonly messageBytes: number;
  readonly oldestAgeMs: number | null;
  readonly channels: readonly LiveChannel[];
}

/** What durable topics may count on. */
export interface LiveDurability {
  /** `refused`: nothing durable is taken. `at-risk`: it is, by `--accept-loss`, though Postgres may lose it. */
  readonly state: "kept" | "at-risk" | "refused";
  /** Settings with which Postgres may lose what it has confirmed: `fsync = off`. */
  readonly unsafeSettings: readonly string[];
  /** Postgres's `synchronous_standby_names`: who has to have a commit before it counts. Empty: nobody. */
  readonly synchronousStandbys: string;
  /** How many of them are connected; null: this node may not see. */
  readonly synchronousConnected: number | null;
}

/** Where overflow and audit go, and how that is going. */
export interface LiveStore {
  readonly kind: "postgres" | "files" | "memory";
  readonly state: "up" | "down" | "starting";
  /** Wall clock since when it is in that state. */
  readonly sinceMs: number;
  /** Why it is down, in words for people; null while it is up. */
  readonly reason: string | null;
  /** Blocks on their way out. */
  readonly writingBytes: number;
  /** Audit: age of the oldest record that is not stored yet; events stored; events lost to a bound, ever. */
  readonly auditLagMs: number;
  readonly auditEvents: number;
  readonly auditGaps: number;
  /** Median and 99th percentile of a commit over the last minute; null: there was none. */
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
  /** null: Postgres has not said yet, or there is none. */
  readonly durability: LiveDurability | null;
}

/** Another node of the cluster, as this one sees it in Postgres. */
export interface LiveOtherNode {
  readonly nodeId: string;
  readonly hostname: string;
  readonly epoch: number;
  readonly ttlMs: number;
  /** How long this node has seen its lease unrenewed, by its own clock. */
  readonly unrenewedMs: number;
  /** It has left in order. */
  readonly released: boolean;
  /** It has durable logs that somebody would have to take over. */
  readonly holds: boolean;
  /** How many, up to 1,000; null: the node that tells is one version older. */
  readonly logs: number | null;
}

/** What this node took over of another. */
export interface LiveAdoption {
  /** Whose it was. */
  readonly nodeId: string;
  /** The dead node's, as raised by this. */
  readonly epoch: number;
  /** Wall clock, when it began. */
  readonly atMs: number;
  /** How long the other's lease was seen unrenewed before. */
  readonly waitedMs: number;
  /** Somebody asked for it: the other may have been alive. */
  readonly forced: boolean;
  readonly state: "taking" | "loading" | "done" | "failed";
  readonly logs: number;
  /** What was unfinished; null: not known yet. */
  readonly messages: number | null;
  /** The statement that took the logs, and reading what was known of them. */
  readonly takeMs: number | null;
  readonly loadMs: number | null;
  /** Why it failed, in words. */
  readonly reason: string | null;
}

/** How far this node has handed over what it has. A line of `POST /v1/drain`. */
export interface LiveDrain {
  readonly state: "running" | "done" | "failed";
  /** Wall clock. */
  readonly startedAtMs: number;
  readonly logs: number;
  readonly logsLeft: number;
  readonly messages: number;
  readonly messagesLeft: number;
  /** Why it failed, or what it waits for, in words. */
  readonly reason: string | null;
}

/** A node's right to write and hand out what is durable. */
export interface LiveCluster {
  readonly epoch: number | null;
  /** `waiting`: Postgres has not answered yet. `overdue`: not renewed in time. `lost`: another node has taken its logs. */
  readonly lease: "held" | "overdue" | "lost" | "waiting";
  readonly ttlMs: number;
  /** Since the last renewal was sent; null: there was none. */
  readonly renewedAgoMs: number | null;
  /** It renews nothing for now, so that another takes over: a test of that. */
  readonly testing: boolean;
  /** Durable logs that it owns, up to 1,000; null: not read yet, or the node is one version older. */
  readonly logs: number | null;
  readonly others: readonly LiveOtherNode[];
  /** The last ones, oldest first. */
  readonly adoptions: readonly LiveAdoption[];
  /** null: nobody has asked for it. */
  readonly drain: LiveDrain | null;
}

export interface LiveNode {
  /** The node's own identity, kept in its data path. */
  readonly id: string;
  readonly version: string;
  readonly hostname: string;
  readonly broadcastAddress: string;
  readonly tcpPort: number;
  readonly httpPort: number;
  /** As the node was told, `--topology-region` and `--topology-zone`; empty: it was not. */
  readonly region: string;
  readonly zone: string;
  readonly startedAtMs: number;
  readonly health: string;
  readonly connections: number;
  readonly producers: number;
  readonly consumers: number;
  readonly rssBytes: number;
  /** Of one core, since the last tick: 0 to 1. */
  readonly cpu: number;
  readonly loopLagP99Ms: number;
  /** Frames held in memory, and what may be held. */
  readonly memBytes: number;
  readonly memBytesMax: number;
  /** What a producer meets now. */
  readonly pressure: "none" | "hold" | "refuse";
  /** Topics and channels declared for the cluster that are not so here; null: the node has no cluster. */
  readonly clusterDifferences: number | null;
  /** null: it has no database. */
  readonly cluster: LiveCluster | null;
  readonly store: LiveStore;
}

export interface LiveSnapshot {
  readonly type: "snapshot";
  readonly rev: number;
  /** The node's wall clock. */
  readonly atMs: number;
  readonly node: LiveNode;
  readonly topics: readonly LiveTopic[];
}

export interface LiveDelta {
  readonly type: "delta";
  /** One more than the line before. */
  readonly rev: number;
  readonly atMs: number;
  readonly node: LiveNode;
  /** Topics that are new or differ in anything, whole. */
  readonly changed: readonly LiveTopic[];
  readonly removed: readonly string[];
}

export type LiveLine = LiveSnapshot | LiveDelta;

/** A line of `GET /v1/tap?topic=`: a copy of a message, or once a second what was left out. */
export type TapLine =
  | {
      readonly type: "message";
      readonly id: string;
      /** Publish time, milliseconds since 1970. */
      readonly atMs: number;
      readonly bytes: number;
      /** At most the first 64 KB of the body, base64. */
      readonly body: string;
    }
  | SampledLine;

/** Since the one before. */
export interface SampledLine {
  readonly type: "sampled";
  /** All there were, and of how many it was told. */
  readonly seen: number;
  readonly shown: number;
  /** Where some are looked for: how many of those looked at are wanted, and how many nobody had the time to look at. */
  readonly matched?: number | undefined;
  readonly unlooked?: number | undefined;
}

export const outcomeEvents = ["publish", "deliver", "finish", "requeue", "timeout", "touch", "drop"] as const;
export type OutcomeEvent = (typeof outcomeEvents)[number];

/** A line of `GET /v1/outcomes?topic=`: what happened to a message, or to `count` of them, one after the other by id. */
export type OutcomeLine =
  | {
      readonly type: "outcome";
      readonly atMs: number;
      readonly event: OutcomeEvent;
      /** Of the first message. */
      readonly id: string;
      readonly count: number;
      /** "" for what happened in the topic itself. */
      readonly channel: string;
      readonly attempts: number;
      readonly delayMs: number;
      readonly client: {
        readonly clientId: string;
        readonly hostname: string;
        readonly address: string;
      } | null;
    }
  | SampledLine;
