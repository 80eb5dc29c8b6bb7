/**
 * What a node of the simulation decides, each decision by itself, so that a mistake can be planted in one of them. Where
 * the broker, the store or the cluster has the decision in a pure form, it is theirs.
 */
import type { Broker } from "../../../broker/broker.ts";
import type { TopicCheckpoint } from "../../../broker/checkpoint.ts";
import type { ProgressNotes } from "../../../broker/progress.ts";
import type { ProgressFlush } from "../../../broker/progress-flush.ts";
import type { StoredLog } from "../../../store/checkpoint-fit.ts";
import type { ProgressFold } from "../../../store/progress-fold.ts";
import { turnMsOf } from "./bodies.ts";
import type { Outcome } from "./postgres-link.ts";

export interface Parts {
  /** What a node writes down of what it owes. */
  take(notes: ProgressNotes, whole: boolean, mayHave: (logId: number) => boolean): ProgressFlush | null;
  /** What is owed of what is stored, by the flushes of the life that tells of it. */
  fit(fold: ProgressFold, stored: ReadonlyMap<number, StoredLog>): TopicCheckpoint[];
  /** Lets go of what another node has taken. */
  giveUp(broker: Broker): void;
  /** How long after a publish whoever published comes to wait for the store: the rest of a turn. */
  turnMs(uid: string): number;
  /** Whether blocks can be called written. */
  isWritten(outcome: Outcome<boolean>): boolean;
  /** The first of the ids for the logs of a process. */
  firstLogId(node: number, life: number): number;
  /** Whether a flush whose outcome is not known is sent again, rather than followed by the next. */
  readonly repeatsFlush: boolean;
  /** Whether what may be another's by now is not handed out any more. */
  readonly holdsWithoutLease: boolean;
  /** Whether a publish is answered when it was taken, instead of when it is stored. */
  readonly answersAtOnce: boolean;
  /** Whether a deferred publish counts, and is in its channels, before its row is there. */
  readonly confirmsDeferralsAtOnce: boolean;
  /** Whether who waited too long is told that nothing was published. */
  readonly refusesLate: boolean;
  /** Whether a channel that nothing tells of yet holds up the answers of its topic. */
  readonly writesChannelsFirst: boolean;
}

export const soundParts: Parts = {
  take: (notes, whole, mayHave) => notes.take(whole, mayHave),
  fit: (fold, stored) => fold.fit(stored),
  giveUp: (broker) => void broker.durable.giveUpAll(),
  turnMs: turnMsOf,
  isWritten: (outcome) => outcome.known && outcome.value,
  firstLogId: (node, life) => node * 1_000_000 + life * 1_000,
  repeatsFlush: true,
  holdsWithoutLease: true,
  answersAtOnce: false,
  confirmsDeferralsAtOnce: false,
  refusesLate: false,
  writesChannelsFirst: true,
};
