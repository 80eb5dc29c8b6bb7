/**
 * Decides the invariants of a run from its history. Pure, and linear in the history's length. What a history
 * cannot decide is said to be undecided, never held.
 */
import type { HistoryEvent, RunEvent } from "./event.ts";
import { History } from "./history.ts";
import { attemptsCount } from "./invariants/attempts.ts";
import { auditTold } from "./invariants/audit.ts";
import { bounded, isolated } from "./invariants/bounds.ts";
import { countDuplicates, type DuplicateCause, duplicatesExplained } from "./invariants/duplicates.ts";
import { finishedStays } from "./invariants/finish.ts";
import type { Finding, Invariant, InvariantId } from "./invariants/invariant.ts";
import { goesOn } from "./invariants/liveness.ts";
import { fanOut, noLoss } from "./invariants/loss.ts";
import { noInvention } from "./invariants/origin.ts";
import { singleOwner } from "./invariants/owners.ts";
import { inTime } from "./invariants/time.ts";
import { timelineOf } from "./timeline.ts";

export const invariants: readonly Invariant[] = [
  noLoss,
  noInvention,
  duplicatesExplained,
  attemptsCount,
  finishedStays,
  singleOwner,
  fanOut,
  inTime,
  auditTold,
  goesOn,
  bounded,
  isolated,
];

export interface Witness {
  readonly why: string;
  /** One message's merged timeline, or what else shows it, in order of time. */
  readonly timeline: readonly HistoryEvent[];
}

export interface Verdict {
  readonly id: InvariantId;
  readonly promise: string;
  readonly verdict: "held" | "violated" | "undecided";
  /** How many messages, deliveries or statements were judged. */
  readonly judged: number;
  readonly violations: number;
  /** Of the violations the one that takes the fewest events to show. */
  readonly witness: Witness | null;
}

/** What a run that proves something has had some of. */
export interface Bites {
  readonly acknowledged: number;
  readonly delivered: number;
  /** Publishes of which nobody knows whether they were taken. */
  readonly unknownPublishes: number;
  /** Statements of which the node did not know whether they took effect. */
  readonly unknownCommits: number;
  readonly fenced: number;
  readonly adoptions: number;
  readonly crashes: number;
  readonly duplicates: Readonly<Record<DuplicateCause | "unexplained", number>>;
}

export interface Report {
  readonly run: RunEvent | undefined;
  readonly verdicts: readonly Verdict[];
  readonly isViolated: boolean;
  readonly bites: Bites;
}

export function check(events: readonly HistoryEvent[]): Report {
  const history = new History(events);
  const verdicts = invariants.map((invariant) => decide(history, invariant));
  return {
    run: history.run,
    verdicts,
    isViolated: verdicts.some(({ verdict }) => verdict === "violated"),
    bites: bitesOf(history, events),
  };
}

function decide(history: History, { id, promise, decide }: Invariant): Verdict {
  const { judged, findings } = decide(history);
  const verdict = findings.length > 0 ? "violated" : judged > 0 ? "held" : "undecided";
  return { id, promise, verdict, judged, violations: findings.length, witness: smallest(history, findings) };
}

/** Looked at for the smallest witness: of a run that lost everything any will do. */
const findingsMax = 1_000;

function smallest(history: History, findings: readonly Finding[]): Witness | null {
  let least: Finding | undefined;
  for (const finding of findings.slice(0, findingsMax)) {
    if (!least || sizeOf(finding) < sizeOf(least)) least = finding;
  }
  return least ? { why: least.why, timeline: timelineOf(history, least) } : null;
}

function sizeOf({ message, events }: Finding): number {
  return message?.events.length ?? events?.length ?? 0;
}

function bitesOf(history: History, events: readonly HistoryEvent[]): Bites {
  const count = (op: HistoryEvent["op"], kind: HistoryEvent["kind"]) => counts.get(`${op} ${kind}`) ?? 0;
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.op === "publish" && event.durable === false) continue;
    const what = `${event.op} ${event.kind}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return {
    acknowledged: count("publish", "ok"),
    delivered: count("deliver", "ok"),
    unknownPublishes: count("publish", "info"),
    unknownCommits: count("commit", "info"),
    fenced: count("commit", "fail"),
    adoptions: count("adopt", "ok"),
    crashes: count("crash", "ok"),
    duplicates: countDuplicates(history),
  };
}
