/** Mistakes that a broker or a node could make, each planted by itself. The runs of the simulation have to find every one. */
import type { Broker } from "../../../broker/broker.ts";
import type { ChannelCheckpoint, ExceptionCheckpoint, TopicCheckpoint } from "../../../broker/checkpoint.ts";
import { takeCheckpoint } from "../../../broker/departure.ts";
import { Log } from "../../../broker/log.ts";
import { noExceptions } from "../../../store/checkpoint-fit.ts";
import type { InvariantId } from "../../invariants/invariant.ts";
import type { SimCluster } from "./cluster.ts";
import { type KnownLog, type Parts, soundParts } from "./parts.ts";

export interface Mutant {
  readonly what: string;
  /** Of these one at least is broken. */
  readonly breaks: readonly InvariantId[];
  readonly parts?: Partial<Parts>;
  /** Spoils what is no part. @returns what makes it good again */
  readonly plant?: (cluster: SimCluster) => Disposable;
}

export const mutants: readonly Mutant[] = [
  { what: "OK before commit", breaks: ["I1"], parts: { answersAtOnce: true } },
  { what: "OK for all that waits when a part of it is stored", breaks: ["I1"], plant: settlesAll },
  {
    what: "a statement of unknown outcome is taken for done",
    breaks: ["I1"],
    parts: { isWritten: (outcome) => !outcome.known || outcome.value },
  },
  {
    what: "who waited too long hears that nothing was published",
    breaks: ["I2"],
    parts: { refusesLate: true },
  },
  {
    what: "a sequence is used again",
    breaks: ["I1", "I2"],
    parts: { firstLogId: (node) => node * 1_000_000 },
  },
  { what: "no fence", breaks: ["I6"], plant: (cluster) => put(cluster.postgres, "checksFence", false) },
  {
    what: "what is durable is handed out without a lease",
    breaks: ["I5", "I6"],
    parts: { holdsWithoutLease: false },
  },
  { what: "floor + 1: the first that is owed is left out", breaks: ["I1"], parts: progressOf(floorPlusOne) },
  { what: "what is in flight counts as finished", breaks: ["I1"], parts: { takeProgress: withoutFlight } },
  {
    what: "what is owed one by one is left out",
    breaks: ["I1"],
    parts: progressOf((channel) => ({ ...channel, exceptions: noExceptions })),
  },
  {
    what: "attempts are not written down",
    breaks: ["I4"],
    parts: progressOf(changing((list) => ({ ...list, attempts: list.attempts.map(() => 0) }))),
  },
  {
    what: "when a requeued message is due is not written down",
    breaks: ["I8"],
    parts: progressOf(changing((list) => ({ ...list, dueMs: list.dueMs.map(() => 0) }))),
  },
  {
    what: "messages finished above an unfinished one are owed again",
    breaks: ["I5"],
    parts: { takeProgress: withoutHoles },
  },
  {
    what: "a log is not named any more once it is finished",
    breaks: ["I5"],
    parts: { takeProgress: (broker) => soundParts.takeProgress(broker, []) },
  },
  {
    what: "a late row of progress takes the place of a newer one",
    breaks: ["I1", "I4", "I5"],
    plant: lastRowWins,
  },
  {
    what: "what a dead node owed is read before its epoch is raised",
    breaks: ["I1", "I4", "I5"],
    parts: { readsBeforeAdopting: true },
  },
  { what: "a block is deleted with its last message still owed", breaks: ["I1"], plant: deletesTooMuch },
  {
    what: "what was taken over is not looked up by a node that died meanwhile",
    breaks: ["I1", "I4", "I5"],
    parts: { owed: (written, stored, known) => soundParts.owed(written.slice(0, 1), stored, known) },
  },
  { what: "who lost its epoch gives up nothing", breaks: ["I3", "I5", "I6"], parts: { giveUp: () => {} } },
];

type Change<T> = (value: T) => T;

/** What was written down, changed channel by channel. */
function progressOf(change: Change<ChannelCheckpoint>): Partial<Parts> {
  return {
    takeProgress: (broker, known) =>
      soundParts
        .takeProgress(broker, known)
        .map((topic) => ({ ...topic, channels: topic.channels.map(change) })),
  };
}

function changing(change: Change<ExceptionCheckpoint>): Change<ChannelCheckpoint> {
  return (channel) => ({ ...channel, exceptions: change(channel.exceptions) });
}

function floorPlusOne(channel: ChannelCheckpoint): ChannelCheckpoint {
  const ranges = channel.ranges.map((range) => ({ ...range, from: Math.min(range.from + 1, range.to) }));
  return { ...channel, ranges };
}

function withoutFlight(broker: Broker, known: readonly KnownLog[]): TopicCheckpoint[] {
  return soundParts.takeProgress(broker, known).map((topic) => ({
    ...topic,
    channels: topic.channels.map((channel) => {
      const windows = broker.topics.get(topic.name)?.channels.get(channel.name)?.windows ?? [];
      const ranges = windows.map(({ log, next, end }) => ({
        logId: log.id,
        from: next,
        to: Math.max(next, end),
      }));
      return { ...channel, ranges };
    }),
  }));
}

function withoutHoles(broker: Broker, known: readonly KnownLog[]): TopicCheckpoint[] {
  const plain = new Map(takeCheckpoint(broker, "stored").map((topic) => [topic.name, topic]));
  return soundParts.takeProgress(broker, known).map((topic) => {
    const channels = topic.channels.map((channel) => {
      const other = plain.get(topic.name)?.channels.find(({ name }) => name === channel.name);
      return { ...channel, ranges: other?.ranges ?? channel.ranges };
    });
    return { ...topic, channels };
  });
}

function settlesAll(): Disposable {
  return put(Log.prototype, "noteStored", function noteStored(this: Log): void {
    this.storedTo = this.firstUnstored;
    this.commits.storedTo(this.tail);
  });
}

function lastRowWins({ postgres }: SimCluster): Disposable {
  const write = postgres.writeProgress.bind(postgres);
  return put(postgres, "writeProgress", (fence, row, covers) => {
    const newest = postgres.progress.get(fence.node);
    if (postgres.epochs.get(fence.node) === fence.epoch && newest && newest.id > row.id)
      postgres.progress.set(fence.node, { ...newest, id: row.id - 1 });
    return write(fence, row, covers);
  });
}

function deletesTooMuch({ postgres }: SimCluster): Disposable {
  const remove = postgres.deleteBlocks.bind(postgres);
  return put(postgres, "deleteBlocks", (fence, logId, belowSeq) => remove(fence, logId, belowSeq + 1));
}

/** Puts another value in the place of one, until it is disposed of. */
function put<T extends object, K extends keyof T>(owner: T, key: K, value: T[K]): Disposable {
  const isOwn = Object.hasOwn(owner, key);
  const before = owner[key];
  owner[key] = value;
  return {
    [Symbol.dispose]() {
      if (isOwn) owner[key] = before;
      else delete owner[key];
    },
  };
}
