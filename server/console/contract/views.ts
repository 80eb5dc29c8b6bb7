/**
 * What each page shows, as the console's server sends it: once whole, then by deltas.
 *
 * `null` always means "not known", never nothing: a page writes "—" for it. Sums are over
 * the nodes that answered; when `coverage` says that some did not, a sum is "at least". When none
 * answers, amounts are the last that were known, and rates are not known.
 * Every row of a table has a `key`, unique in that table; the order of rows is the page's affair.
 */
import type { LastAction } from "./audit.ts";
import type { Coverage, Flow, Latency, Series } from "./figures.ts";
import type { NodeRow } from "./nodes.ts";

export type Severity = "warn" | "crit";
export type ProblemRule =
  | "no-consumers"
  | "depth-growing"
  | "timeouts"
  | "poison"
  | "node-silent"
  | "node-secret"
  | "lookup-silent"
  | "store-down"
  | "producers-held"
  | "audit-behind"
  | "audit-gaps"
  | "memory-high"
  | "node-unhealthy"
  | "node-differs"
  | "lease-overdue"
  | "durable-at-risk"
  | "postgres-slow"
  /** One of the operators' own rules. */
  | "alert";

/** What is said of a problem: a rule may have several sentences. Pages have words for each. */
export type ProblemCode =
  | ProblemRule
  | "producers-refused"
  | "console-store-down"
  | "lease-lost"
  | "durable-refused";

/** Something an operator can act on, worst first. */
export interface Problem {
  readonly key: string;
  readonly rule: ProblemRule;
  readonly severity: Severity;
  readonly sinceMs: number;
  readonly code: ProblemCode;
  /**
   * What the sentence is filled with: text as it is, `…Ms` a time, `share` 0 to 1, other numbers counts. "none": not
   * known, and the sentence leaves it out.
   */
  readonly params: Readonly<Record<string, string | number>>;
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

const severityOrder: Readonly<Record<Severity, number>> = { crit: 0, warn: 1 };

/** The order in which problems are told: the most severe, then the longest, first. */
export function worstFirst(
  one: Pick<Problem, "severity" | "sinceMs" | "key">,
  other: Pick<Problem, "severity" | "sinceMs" | "key">,
): number {
  return (
    severityOrder[one.severity] - severityOrder[other.severity] ||
    one.sinceMs - other.sinceMs ||
    (one.key < other.key ? -1 : 1)
  );
}

export function latestFirst(one: PastProblem, other: PastProblem): number {
  return other.endedAtMs - one.endedAtMs || (one.key < other.key ? -1 : 1);
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
  /** Whether what is published to it counts when it is in Postgres: on all of its nodes, some, none. */
  readonly durable: "all" | "some" | "none";
  readonly flow: Flow;
  /** The part of `flow.depth` that has not left the topic: no channel yet, or paused. */
  readonly topicDepth: number | null;
  readonly messageBytes: number | null;
  readonly channelCount: number;
  /** Keys of the nodes that have it. */
  readonly nodes: readonly string[];
  /** One of them is silent. */
  readonly stale: boolean;
  /** One of them answers: without any, these figures are in no sum. */
  readonly heard: boolean;
}

export interface ChannelRow {
  /** The channel's name. */
  readonly key: string;
  readonly paused: boolean;
  readonly ephemeral: boolean;
  readonly flow: Flow;
  /** null: no node was asked to follow it (`--e2e-processing-latency-percentile`). */
  readonly latency: Latency | null;
  /** Messages still owed that were delivered more than five times; null: no node says. */
  readonly poison: number | null;
  readonly nodes: readonly string[];
  readonly stale: boolean;
  readonly heard: boolean;
}

/** A topic's or a channel's part on one node. */
export interface ShareRow {
  /** The node's key. */
  readonly key: string;
  readonly hostname: string | null;
  readonly paused: boolean;
  /** Of a channel: its topic's. */
  readonly durable: boolean;
  readonly flow: Flow;
  readonly topicDepth: number | null;
  readonly stale: boolean;
  /** Age of these figures. */
  readonly ageMs: number | null;
}

export interface TopicView {
  /** null: none that is remembered. */
  readonly lastAction: LastAction | null;
  readonly topic: TopicRow;
  readonly coverage: Coverage;
  /** Last time a publish was seen since the console started. */
  readonly lastMessageAtMs: number | null;
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
  /** null: a genuine nsqd, which counts them by channel alone. */
  readonly timeoutCount: number | null;
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
  readonly rule:
    | "paused"
    | "topic-paused"
    | "no-consumers"
    | "not-ready"
    | "saturated"
    | "timing-out"
    | "falling-behind";
  /** The figures in it. */
  readonly params: Readonly<Record<string, number>>;
  /** In English, for whoever has no words of their own. */
  readonly message: string;
}

export interface ChannelView {
  readonly lastAction: LastAction | null;
  readonly topic: string;
  readonly channel: ChannelRow;
  readonly coverage: Coverage;
  readonly bottleneck: Bottleneck | null;
  readonly nodes: readonly ShareRow[];
  readonly problems: readonly Problem[];
  readonly series: Series;
}
