/**
 * The history of a run: what producers, consumers, nodes, the store and whoever hurt them saw,
 * one event a line, in the order in which they were seen.
 *
 * What matters is who may claim what:
 * - A publish is `invoke`, then `ok` (the node said OK), `fail` (refused, and certainly not taken) or `info` (nobody
 *   knows: the connection died, the node said E_PUB_FAILED of a durable topic). Who tries again invokes again
 *   under the same `uid`.
 * - A FIN has no reply. It is `invoke` when it was sent, `ok` when the node is known to have received it, `fail` when it
 *   was refused. Only what is `ok` may be held against the node. The same goes for `requeue` and `touch`.
 * - A consumer knows a message by the `uid` and the `hash` of its body, the node by its `msgid`: one uid that was
 *   published twice is two messages.
 * - `epoch`, `own`, `ended`, `adopt` and `commit` come from the store, in the order of its commits.
 */

export type EventKind = "invoke" | "ok" | "fail" | "info";

interface Seen {
  /** Nanoseconds on one monotonic clock, that of the harness. Lines need not be sorted by it. */
  readonly t: number;
  /** Who saw it. */
  readonly proc: string;
  readonly kind: EventKind;
  /** What was said when it went wrong. */
  readonly err?: string | undefined;
}

/** The first line: what the run was, and what it promises. Milliseconds; what is absent has its default. */
export interface RunEvent extends Seen {
  readonly op: "run";
  readonly seed?: number | undefined;
  /** Commit of the source. */
  readonly source?: string | undefined;
  /** As it was started, for whoever runs it again. */
  readonly command?: string | undefined;
  readonly promises: { readonly [K in keyof Promises]?: Promises[K] | undefined };
}

export interface Promises {
  readonly msgTimeoutMs: number;
  /** How far progress may be behind while the store can be reached (I5). */
  readonly flushWindowMs: number;
  readonly leaseTtlMs: number;
  /** Beyond the lease's time to live, until a dead node is adopted (I10). */
  readonly adoptionMs: number;
  /** A publish has its answer by then (I10). */
  readonly answerMs: number;
  /** How much before its time a deferred message may come (I8). */
  readonly earlyMs: number;
  /** How far two observers may disagree on the order of two events. */
  readonly skewMs: number;
  /** How long the audit may be behind (I9). */
  readonly auditLagMs: number;
  /** Topics that nobody hurts: their publishes are compared between phases (I12). */
  readonly bystanders: readonly string[];
  /** Topics of a node that shares nothing with the others but the machine: what that itself costs (I12). */
  readonly controls: readonly string[];
}

export const promisesDefault: Promises = {
  msgTimeoutMs: 60_000,
  flushWindowMs: 100,
  leaseTtlMs: 10_000,
  adoptionMs: 5_000,
  answerMs: 10_000,
  earlyMs: 10,
  skewMs: 50,
  auditLagMs: 1_000,
  bystanders: [],
  controls: [],
};

export interface PublishEvent extends Seen {
  readonly op: "publish";
  readonly uid: string;
  readonly topic: string;
  readonly node: string;
  /** Of the body. With `invoke`. */
  readonly hash?: string | undefined;
  /** DPUB: its delay. With `invoke`. */
  readonly deferMs?: number | undefined;
  /** false: of a topic that may lose it. With `invoke` at least. */
  readonly durable?: boolean | undefined;
}

/** A consumer was handed a message. */
export interface DeliverEvent extends Seen {
  readonly op: "deliver";
  readonly topic: string;
  readonly channel: string;
  readonly uid: string;
  readonly hash: string;
  /** Sixteen hexadecimal digits, the first eight the log's. */
  readonly msgid: string;
  readonly attempt: number;
  readonly node: string;
}

export interface AnswerEvent extends Seen {
  readonly op: "finish" | "requeue" | "touch";
  readonly topic: string;
  readonly channel: string;
  readonly uid: string;
  readonly msgid: string;
  readonly node: string;
  /** REQ: its delay. */
  readonly delayMs?: number | undefined;
}

/** A consumer's connection is over. */
export interface GoneEvent extends Seen {
  readonly op: "gone";
  readonly topic: string;
  readonly channel: string;
}

/** `channel` is there, on one node or (absent) on all; `remove` is an operator's: emptied or deleted. */
export interface TopologyEvent extends Seen {
  readonly op: "channel" | "remove";
  readonly topic: string;
  /** Absent: the topic itself. */
  readonly channel?: string | undefined;
  readonly node?: string | undefined;
}

/** A node's process: `stop` is a clean one, `crash` is not. */
export interface ProcessEvent extends Seen {
  readonly op: "start" | "stop" | "crash" | "freeze" | "thaw";
  readonly node: string;
}

/** The store cannot be used, or answers too late to keep a promise: by one node or (absent) by all. */
export interface StoreEvent extends Seen {
  readonly op: "away" | "back";
  readonly node?: string | undefined;
}

/** The fence row of `node` is at `epoch` from here on. */
export interface EpochEvent extends Seen {
  readonly op: "epoch";
  readonly node: string;
  readonly epoch: number;
}

/** A log belongs to a node from here on. */
export interface OwnEvent extends Seen {
  readonly op: "own";
  readonly log: number;
  readonly node: string;
}

/** There is nothing of a log any more. */
export interface EndedEvent extends Seen {
  readonly op: "ended";
  readonly log: number;
}

/** `node` takes what was `of`'s, whose fence row then is at `epoch`. */
export interface AdoptEvent extends Seen {
  readonly op: "adopt";
  readonly node: string;
  readonly of: string;
  readonly epoch?: number | undefined;
}

/** A durable statement under a fence: `ok` it took effect, `fail` it was fenced out, `info` its outcome was not known to the node. */
export interface CommitEvent extends Seen {
  readonly op: "commit";
  readonly node: string;
  readonly epoch: number;
}

/** Left in the store at the end: owed to a channel, or to the topic itself. */
export interface StoredEvent extends Seen {
  readonly op: "stored";
  readonly topic: string;
  readonly channel?: string | undefined;
  readonly uid: string;
}

/** A row of the audit. */
export interface AuditEvent extends Seen {
  readonly op: "audit";
  readonly what: "publish" | "deliver" | "finish" | "requeue" | "timeout" | "touch" | "drop";
  readonly topic: string;
  readonly channel: string;
  readonly msgid: string;
  readonly node: string;
}

/** The audit says that it has not kept so many events of a node. */
export interface GapEvent extends Seen {
  readonly op: "gap";
  readonly node: string;
  readonly count: number;
}

/** A size that has a limit. */
export interface GaugeEvent extends Seen {
  readonly op: "gauge";
  readonly name: string;
  readonly value: number;
  readonly max: number;
}

/**
 * `phase` begins a time that is `calm` or `hurt`; `heal`: nothing is hurt any more; `end`: whether everything was consumed,
 * and if not, whether the history has all that is stored still (`listed`).
 */
export interface CourseEvent extends Seen {
  readonly op: "phase" | "heal" | "end";
  readonly phase?: "calm" | "hurt" | undefined;
  readonly drained?: boolean | undefined;
  readonly listed?: boolean | undefined;
}

export type HistoryEvent =
  | RunEvent
  | PublishEvent
  | DeliverEvent
  | AnswerEvent
  | GoneEvent
  | TopologyEvent
  | ProcessEvent
  | StoreEvent
  | EpochEvent
  | OwnEvent
  | EndedEvent
  | AdoptEvent
  | CommitEvent
  | StoredEvent
  | AuditEvent
  | GapEvent
  | GaugeEvent
  | CourseEvent;

export const nsPerMs = 1e6;

/** The log of a message. */
export function logOf(msgid: string): number {
  return Number.parseInt(msgid.slice(0, 8), 16);
}
