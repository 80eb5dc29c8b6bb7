/** Mistakes that a broker or a node could make, each planted by itself. The runs of the simulation have to find every one. */
import type { ChannelCheckpoint, RangeCheckpoint } from "../../../broker/checkpoint.ts";
import { Log } from "../../../broker/log.ts";
import type { ChannelProgress, ProgressFlush, WindowProgress } from "../../../broker/progress-flush.ts";
import { noExceptions } from "../../../store/checkpoint-fit.ts";
import type { InvariantId } from "../../invariants/invariant.ts";
import type { SimCluster } from "./cluster.ts";
import { type Parts, soundParts } from "./parts.ts";

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
    what: "OK of a log that was let go of in the turn of the publish",
    breaks: ["I1"],
    plant: settlesGivenUp,
  },
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
  {
    what: "no fence",
    breaks: ["I6"],
    plant: (cluster) => put(cluster.postgres, "checksFence", false),
  },
  {
    what: "what is durable is handed out without a lease",
    breaks: ["I5", "I6"],
    parts: { holdsWithoutLease: false },
  },
  {
    what: "who lost its epoch gives up nothing",
    breaks: ["I3", "I5", "I6"],
    parts: { giveUp: () => {} },
  },
  {
    what: "floor + 1: the first that waits is left out",
    breaks: ["I1"],
    parts: fitting((channel) => ({ ...channel, ranges: channel.ranges.map(plusOne) })),
  },
  {
    what: "what is in flight counts as finished",
    breaks: ["I1"],
    parts: taking((channel) => ({ ...channel, windows: channel.windows.map(noneHeld) })),
  },
  {
    what: "what is finished above an unfinished one is owed again",
    breaks: ["I5"],
    parts: taking((channel) => ({ ...channel, windows: channel.windows.map(allHeld) })),
  },
  {
    what: "what is owed one by one is left out",
    breaks: ["I1"],
    parts: taking((channel) => ({ ...channel, owed: noExceptions })),
  },
  {
    what: "attempts are not written down",
    breaks: ["I4"],
    parts: taking((channel) => {
      const { owed } = channel;
      return { ...channel, owed: { ...owed, attempts: owed.attempts.map(() => 0) } };
    }),
  },
  {
    what: "when a requeued message is due is not written down",
    breaks: ["I8"],
    parts: taking((channel) => {
      const { owed } = channel;
      return { ...channel, owed: { ...owed, dueMs: owed.dueMs.map(() => 0) } };
    }),
  },
  {
    what: "what is deferred counts as scheduled before its row is there",
    breaks: ["I1"],
    parts: { confirmsDeferralsAtOnce: true },
  },
  {
    what: "a log is not named any more once it is finished",
    breaks: ["I5"],
    parts: changed((flush) => ({ ...flush, ended: [] })),
  },
  {
    what: "what was taken over is told of by nobody but the dead",
    breaks: ["I4", "I5"],
    parts: changed((flush) => ({ ...flush, restored: [] })),
  },
  {
    what: "a flush of unknown outcome is followed by the next",
    breaks: ["I1", "I4", "I5"],
    parts: { repeatsFlush: false },
  },
  {
    what: "a message is confirmed before it is written down that a channel wants it",
    breaks: ["I1", "I7"],
    parts: { writesChannelsFirst: false },
  },
  { what: "a block is deleted with its last message still owed", breaks: ["I1"], plant: deletesTooMuch },
];

type Change<T> = (value: T) => T;

/** What is written down, changed. */
function changed(change: Change<ProgressFlush>): Partial<Parts> {
  return {
    take(notes, whole, mayHave) {
      const flush = soundParts.take(notes, whole, mayHave);
      return flush && change(flush);
    },
  };
}

function taking(change: Change<ChannelProgress>): Partial<Parts> {
  return changed((flush) => ({
    ...flush,
    topics: flush.topics.map((topic) => ({ ...topic, channels: topic.channels.map(change) })),
  }));
}

/** What is made of it, changed. */
function fitting(change: Change<ChannelCheckpoint>): Partial<Parts> {
  return {
    fit: (flushes, stored) =>
      soundParts.fit(flushes, stored).map((topic) => ({ ...topic, channels: topic.channels.map(change) })),
  };
}

function plusOne(range: RangeCheckpoint): RangeCheckpoint {
  return { ...range, from: Math.min(range.from + 1, range.to) };
}

function noneHeld(window: WindowProgress): WindowProgress {
  return { ...window, held: [] };
}

function allHeld(window: WindowProgress): WindowProgress {
  return { ...window, held: window.low < window.next ? [window.low, window.next] : [] };
}

function settlesAll(): Disposable {
  return put(Log.prototype, "noteStored", function noteStored(this: Log): void {
    this.storedTo = this.firstUnstored;
    this.commits.storedTo(this.tail);
  });
}

function settlesGivenUp(): Disposable {
  return put(Log.prototype, "settleCommits", function settleCommits(this: Log): void {
    if (this.gate === null || !this.gate.holdsCommits) this.commits.storedTo(this.storedTo);
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
