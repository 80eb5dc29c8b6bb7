/**
 * What a node of the simulation decides, each decision by itself, so that a fault can be planted in one of them. Where the
 * broker or the store has the decision in a pure form it is theirs.
 */
import type { Broker } from "../../../broker/broker.ts";
import type { Channel } from "../../../broker/channel.ts";
import type { RangeCheckpoint, TopicCheckpoint } from "../../../broker/checkpoint.ts";
import { takeCheckpoint } from "../../../broker/departure.ts";
import { fitCheckpoint, joinTopics, noExceptions, type StoredLog } from "../../../store/checkpoint-fit.ts";
import type { MetadataTopic } from "../../../store/ports.ts";
import type { Outcome } from "./postgres-link.ts";

export interface KnownLog {
  readonly topic: string;
  readonly logId: number;
  readonly seq: number;
}

export interface Parts {
  /** What a node writes down of what it owes. `known`: up to where it knows what is owed of a log, though it may owe nothing of it. */
  takeProgress(broker: Broker, known: readonly KnownLog[]): TopicCheckpoint[];
  /** What is owed of what is stored, by what was written down. */
  owed(
    written: readonly (readonly TopicCheckpoint[])[],
    stored: readonly StoredLog[],
    known: readonly MetadataTopic[],
  ): TopicCheckpoint[];
  /** Whether blocks can be called written. */
  isWritten(outcome: Outcome<boolean>): boolean;
  /** The first of the ids for the logs of a node's life. */
  firstLogId(node: number, life: number): number;
  /** Whether what may be another's by now is not handed out any more. */
  readonly holdsWithoutLease: boolean;
  /** Lets go of what another node has taken. */
  giveUp(broker: Broker): void;
  /** Whether a publish is answered when it was taken, instead of when it is stored. */
  readonly answersAtOnce: boolean;
  /** Whether who waited too long is told that nothing was published. */
  readonly refusesLate: boolean;
  /** Whether what a dead node owed is read when it is seen first, and not when it is adopted. */
  readonly readsBeforeAdopting: boolean;
}

export const soundParts: Parts = {
  takeProgress(broker, known) {
    const checkpoints = takeCheckpoint(broker, "stored");
    const names = new Set([...checkpoints, ...known].map((one) => ("topic" in one ? one.topic : one.name)));
    return [...names].map((name) => {
      const checkpoint = checkpoints.find((one) => one.name === name) ?? noneOwed(name);
      // Where each log ends as far as it was handed out: what is stored beyond it is owed to everybody.
      const ends = (broker.topics.get(name)?.logs ?? []).map(({ id, handedTo }) => emptyAt(id, handedTo));
      const others = known.filter(({ topic }) => topic === name).map(({ logId, seq }) => emptyAt(logId, seq));
      const channels = checkpoint.channels.map((channel) => ({
        ...channel,
        ranges: unfinished(broker.topics.get(name)?.channels.get(channel.name)),
      }));
      return { ...checkpoint, channels, ranges: [...checkpoint.ranges, ...ends, ...others] };
    });
  },
  owed(written, stored, known) {
    const topics = written.reduce<readonly TopicCheckpoint[]>((all, some) => joinTopics(all, some), []);
    const logs = new Map(stored.map((log) => [log.logId, log]));
    return fitCheckpoint(topics, logs, known);
  },
  isWritten: (outcome) => outcome.known && outcome.value,
  firstLogId: (node, life) => node * 1_000_000 + life * 1_000,
  holdsWithoutLease: true,
  giveUp: (broker) => broker.giveUpLogs(() => true),
  answersAtOnce: false,
  refusesLate: false,
  readsBeforeAdopting: false,
};

function emptyAt(logId: number, seq: number): RangeCheckpoint {
  return { logId, from: seq, to: seq };
}

function noneOwed(name: string): TopicCheckpoint {
  return { name, ranges: [], deferred: noExceptions, channels: [] };
}

/** What windows owe: neither what is finished in the middle, nor what is owed one by one. */
function unfinished(channel: Channel | undefined): RangeCheckpoint[] {
  const ranges: RangeCheckpoint[] = [];
  for (const window of channel?.windows ?? []) {
    const { log, low, next, end } = window;
    let from = low;
    for (let seq = low; seq <= Math.max(next, end); seq++) {
      const isOwed = seq < Math.max(next, end) && (seq >= next || window.ownerOf(seq) !== 0);
      const isAlone = channel?.exceptions.get(log, seq)?.stored === true;
      if (isOwed && !isAlone) continue;
      if (from < seq) ranges.push({ logId: log.id, from, to: seq });
      from = seq + 1;
    }
  }
  return ranges;
}
