/** What is shown of a cluster's nodes among each other, and of the Postgres they share. */
import type { Coverage } from "./figures.ts";

/** What durable topics may count on, as a node has found it. */
export interface Durability {
  /** `refused`: nothing durable is taken. `at-risk`: it is, because the node was told to accept loss. */
  readonly state: "kept" | "at-risk" | "refused";
  /** Settings with which Postgres may lose what it has confirmed: `fsync = off`. */
  readonly unsafeSettings: readonly string[];
  /** `synchronous_standby_names`; empty: no standby has to have a commit before it counts. */
  readonly synchronousStandbys: string;
  /** How many of them are connected; null: the node may not see. */
  readonly synchronousConnected: number | null;
}

/** `waiting`: Postgres has not answered yet. `overdue`: not renewed in time. `lost`: another node has taken its logs. */
export type LeaseState = "held" | "overdue" | "lost" | "waiting";

/** How far a node has handed over what it has. */
export interface Drain {
  readonly state: "running" | "done" | "failed";
  readonly startedAtMs: number;
  readonly logs: number;
  readonly logsLeft: number;
  readonly messages: number;
  readonly messagesLeft: number;
  readonly reason: string | null;
}

/** As nodes count them. */
export const logsCountedMax = 1_000;

export interface ClusterNodeRow {
  /** The node's identity; its address where that is not known. */
  readonly key: string;
  /** As the console calls it; null: only other nodes know of it. */
  readonly node: string | null;
  readonly hostname: string | null;
  /** `unheard`: the console knows it by other nodes' word alone. */
  readonly state: "up" | "silent" | "connecting" | "unheard";
  readonly epoch: number | null;
  /** As others see it: `expired` when nobody has seen it renewed for its time, `released` after it left in order. */
  readonly lease: LeaseState | "expired" | "released" | null;
  readonly ttlMs: number | null;
  readonly renewedAgoMs: number | null;
  /** The node by whose word the lease is shown; null: its own. */
  readonly seenBy: string | null;
  /** Others would have to take durable logs over from it; null: it is not known. */
  readonly holds: boolean | null;
  /** Durable logs that it owns: more than `logsCountedMax` are not counted; null: it is not known. */
  readonly logs: number | null;
  /** It lets its lease run out, as a test of what happens then. */
  readonly testing: boolean;
  readonly drain: Drain | null;
}

/** What one node has taken over of another. */
export interface AdoptionRow {
  readonly key: string;
  /** The node that took it, as the console calls it. */
  readonly by: string;
  /** Whose it was: an identity, and what the console calls it, if it knows it. */
  readonly of: string;
  readonly ofNode: string | null;
  readonly ofHostname: string | null;
  readonly epoch: number;
  readonly atMs: number;
  /** How long the lease was seen unrenewed before. */
  readonly waitedMs: number;
  /** Somebody asked for it, whether the other lived or not. */
  readonly forced: boolean;
  readonly state: "taking" | "loading" | "done" | "failed";
  readonly logs: number;
  readonly messages: number | null;
  readonly takeMs: number | null;
  readonly loadMs: number | null;
  readonly reason: string | null;
}

/** Postgres as the nodes have it: the worst that one of them says. */
export interface PostgresView {
  /** `none`: no node that answers has a database. */
  readonly state: "up" | "down" | "starting" | "none";
  readonly sinceMs: number | null;
  readonly reason: string | null;
  /** Keys of the nodes that say so. */
  readonly nodes: readonly string[];
  readonly durability: Durability | null;
  /** Of the slowest node. */
  readonly commitP50Ms: number | null;
  readonly commitP99Ms: number | null;
}

export interface ClusterView {
  readonly coverage: Coverage;
  readonly nodes: readonly ClusterNodeRow[];
  /** Those that the nodes remember, latest first. */
  readonly adoptions: readonly AdoptionRow[];
  readonly postgres: PostgresView;
  readonly durableTopicCount: number;
  readonly topicCount: number;
}
