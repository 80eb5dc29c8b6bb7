/** What the HTTP side needs of the node it speaks for. */
import type { Broker } from "../broker/broker.ts";
import type { RemovalTarget } from "../broker/removal.ts";
import type { ProcessFigures } from "../metrics/process-figures.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import type { LiveCluster, LiveDrain, LiveStore } from "../protocol/live.ts";
import type { LogLine } from "../protocol/node-reads.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "fatal";

/** What is read of nsqd's options, under the names of its flags; durations in milliseconds. */
export interface HttpOptions {
  readonly "max-msg-size": number;
  readonly "max-body-size": number;
  readonly "max-req-timeout": number;
  readonly "max-heartbeat-interval": number;
  readonly "max-output-buffer-size": number;
  readonly "max-output-buffer-timeout": number;
  readonly "max-deflate-level": number;
  readonly "topology-zone": string;
  readonly "topology-region": string;
  readonly "http-allowed-host": readonly string[];
  readonly "metrics-per-topic": "auto" | "on" | "off";
}

/** The part of an option's row that `/config` shows it by. */
export interface OptionRow {
  /** `duration` is shown in nanoseconds. */
  readonly kind: string;
  readonly default: unknown;
  readonly fileKey?: string;
  readonly secret?: true;
}

export interface NodeInfo {
  /** Kept in the data path. */
  readonly id: string;
  readonly version: string;
  readonly hostname: string;
  readonly broadcastAddress: string;
  readonly startedAtMs: number;
  /** As listened on, or as clients are told; -1 for a unix socket. */
  readonly tcpPort: number;
  readonly httpPort: number;
}

/** What `PUT /config` can change while the node runs. */
export interface Settings {
  logLevel(): LogLevel;
  setLogLevel(level: LogLevel): void;
  lookupdTcpAddresses(): readonly string[];
  setLookupdTcpAddresses(addresses: readonly string[]): void;
}

/** up: it knows the node, and is being told of its topics. */
export type LookupState = "up" | "connecting" | "down";

export const clusterVerbs = ["create", "delete", "pause", "unpause", "empty"] as const;
/** What is said of a topic alone: its class. */
export const topicVerbs = [...clusterVerbs, "durable", "memory"] as const;
export type ClusterVerb = (typeof topicVerbs)[number];

export interface ClusterAct {
  readonly verb: ClusterVerb;
  readonly topic: string;
  /** null: the topic itself. */
  readonly channel: string | null;
}

/** `version`: what the act is known as. `warnings`: what did not go with it. */
export type ClusterOutcome =
  | { readonly done: true; readonly version: number; readonly warnings: readonly string[] }
  | { readonly done: false; readonly why: "not found" | "away" | "busy"; readonly detail: string };

/** What was said to all nodes of the cluster, and saying it. */
export interface ClusterPort {
  /** Resolves when it is so here and will be on every node. Never rejects. */
  act(act: ClusterAct): Promise<ClusterOutcome>;
  /** What was said, and where this node differs from it: values for JSON, to be taken bit by bit. */
  topology(): {
    readonly version: number | null;
    readonly topics: Iterable<object>;
    readonly differences: Iterable<object>;
  };
}

/** The node hands over what it has, and ends. */
export interface DrainPort {
  /** null: nobody has asked for it. */
  readonly state: LiveDrain | null;
  /** Begins, unless it has begun. Why not, in words; null: it is under way. */
  begin(): string | null;
}

/** Taking over from one another, at somebody's word. Refusals are words. */
export interface FailoverPort {
  /** Lets its lease run out. For how long it renews nothing, at most. */
  test(): { readonly restMs: number } | { readonly refusal: string };
  /** Takes what another node has of durable logs, alive or not. Rejects when Postgres does not answer. */
  takeFrom(nodeId: string): Promise<{ readonly logs: number } | { readonly refusal: string }>;
}

/** What jobs take out in such a way that it can be given back. */
export interface RemovalsPort {
  /** Why not now, in words; null: it can be asked. */
  readonly refusal: string | null;
  mayKeep(logId: number): boolean;
  /** Never rejects. */
  remove(
    jobId: string,
    target: RemovalTarget,
  ): Promise<{ readonly messages: number; readonly kept: number; readonly why: string | null }>;
  /** Resolves with how many messages are owed again; rejects when Postgres does not answer. */
  restore(jobId: string): Promise<number>;
}

export interface HttpPorts {
  readonly broker: Broker;
  readonly options: HttpOptions & Readonly<Record<string, unknown>>;
  /** The table the options were read by. */
  readonly optionTable: Readonly<Record<string, OptionRow>>;
  readonly node: NodeInfo;
  readonly settings: Settings;
  readonly process: ProcessFigures;
  connections(): Iterable<ConnectionStats>;
  /** Ends the connections of that address; how many those were. */
  disconnect(remoteAddress: string): number;
  /** The last lines of the node's log, oldest first. */
  logLines(): readonly LogLine[];
  /** Of each nsqlookupd that this node is to tell of itself. */
  lookupStates(): Iterable<LookupState>;
  /** `OK`, or `NOK - ` and why. */
  health(): string;
  store(): LiveStore;
  /** null: a node without a database has none. */
  lease(): LiveCluster | null;
  /** null: a node without a database can give nothing back. */
  readonly removals: RemovalsPort | null;
  /** null: a node without a database has nobody to hand over to. */
  readonly drain: DrainPort | null;
  /** null: a node without a database has nobody to take over from. */
  readonly failover: FailoverPort | null;
  /** Shared by nodes and consoles of a cluster; null: `/v1` is closed. */
  readonly secret: string | null;
  /** null: a node without a database has no cluster. */
  readonly cluster: ClusterPort | null;
  /** Sets the broker's clock; called before anything is asked of the broker. */
  now(): void;
  /** Resolves when every change of topics, channels and pauses so far outlives the process; rejects when it cannot be kept. */
  topologyKept(): Promise<void>;
  /** A number no other client of this process has had. */
  nextClientNumber(): number;
  log(level: LogLevel, text: string): void;
}
