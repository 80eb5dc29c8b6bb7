/**
 * After a crash the newest checkpoint and the blocks do not tell the same instant. Blocks are
 * right about what there is, the checkpoint about what of it is owed: what it owes and is not stored
 * was in memory only and is gone; what is stored beyond what it knew is owed to everybody.
 */
import type {
  ChannelCheckpoint,
  ExceptionCheckpoint,
  RangeCheckpoint,
  TopicCheckpoint,
} from "../broker/checkpoint.ts";
import type { MetadataTopic } from "./ports.ts";

/** What is stored of a log. Empty bounds: there is none of that kind. */
export interface StoredLog {
  readonly logId: number;
  readonly topic: string;
  readonly runsFrom: number;
  readonly runsTo: number;
  readonly looseFrom: number;
  readonly looseTo: number;
}

export const noExceptions: ExceptionCheckpoint = {
  logId: new Uint32Array(0),
  seq: new Uint32Array(0),
  attempts: new Uint16Array(0),
  dueMs: new Float64Array(0),
};

/** The union of what several stores have of the same logs. */
export function joinStored(...lists: readonly (readonly StoredLog[])[]): Map<number, StoredLog> {
  const joined = new Map<number, StoredLog>();
  for (const log of lists.flat()) {
    const other = joined.get(log.logId);
    joined.set(log.logId, other ? hull(log, other) : log);
  }
  return joined;
}

/** What two checkpoints of different logs owe together. */
export function joinTopics(
  some: readonly TopicCheckpoint[],
  others: readonly TopicCheckpoint[],
): TopicCheckpoint[] {
  const joined = new Map(some.map((topic) => [topic.name, topic]));
  for (const topic of others) {
    const before = joined.get(topic.name);
    joined.set(topic.name, before ? joinTopic(before, topic) : topic);
  }
  return [...joined.values()];
}

function joinTopic(a: TopicCheckpoint, b: TopicCheckpoint): TopicCheckpoint {
  const channels = new Map(a.channels.map((channel) => [channel.name, channel]));
  for (const { name, ranges, exceptions } of b.channels) {
    const before = channels.get(name) ?? { name, ranges: [], exceptions: noExceptions };
    channels.set(name, {
      name,
      ranges: [...before.ranges, ...ranges],
      exceptions: joinExceptions(before.exceptions, exceptions),
    });
  }
  return {
    name: a.name,
    ranges: [...a.ranges, ...b.ranges],
    deferred: joinExceptions(a.deferred, b.deferred),
    channels: [...channels.values()],
  };
}

function joinExceptions(a: ExceptionCheckpoint, b: ExceptionCheckpoint): ExceptionCheckpoint {
  return {
    logId: Uint32Array.from([...a.logId, ...b.logId]),
    seq: Uint32Array.from([...a.seq, ...b.seq]),
    attempts: Uint16Array.from([...a.attempts, ...b.attempts]),
    dueMs: Float64Array.from([...a.dueMs, ...b.dueMs]),
  };
}

/** For every log that is mentioned, the first sequence still owed. */
export function owedFrom(topics: readonly TopicCheckpoint[]): Map<number, number> {
  const from = new Map<number, number>();
  const note = (logId: number, seq: number) => from.set(logId, Math.min(seq, from.get(logId) ?? seq));
  for (const topic of topics) eachMention(topic, (logId, first) => note(logId, first));
  return from;
}

/**
 * `known`: the topics and channels there are, for logs of topics that the checkpoint had not seen yet. `removedTo`: by
 * log, where what a job took of it ends; a checkpoint was kept before that was marked.
 */
export function fitCheckpoint(
  topics: readonly TopicCheckpoint[],
  stored: ReadonlyMap<number, StoredLog>,
  known: readonly MetadataTopic[],
  removedTo: ReadonlyMap<number, number> = new Map(),
): TopicCheckpoint[] {
  const fitted = new Map<string, TopicCheckpoint>();
  for (const topic of topics) fitted.set(topic.name, fitTopic(topic, stored));
  const knownTo = new Map(removedTo);
  for (const topic of topics) {
    eachMention(topic, (logId, _, end) => knownTo.set(logId, Math.max(end, knownTo.get(logId) ?? 0)));
  }
  const logs = [...stored.values()].sort((a, b) => a.logId - b.logId);
  for (const log of logs) {
    const from = Math.max(log.runsFrom, knownTo.get(log.logId) ?? 0);
    if (from >= log.runsTo) continue;
    const topic = fitted.get(log.topic) ?? emptyTopic(log.topic, known);
    fitted.set(log.topic, owing(topic, { logId: log.logId, from, to: log.runsTo }));
  }
  return [...fitted.values()];
}

/** To every channel; to the topic itself where there is none, or where it already held the end of the log. */
function owing(topic: TopicCheckpoint, range: RangeCheckpoint): TopicCheckpoint {
  const held = topic.ranges.some(({ logId, to }) => logId === range.logId && to === range.from);
  if (held || topic.channels.length === 0) return { ...topic, ranges: extended(topic.ranges, range) };
  const channels = topic.channels.map((channel) => ({ ...channel, ranges: extended(channel.ranges, range) }));
  return { ...topic, channels };
}

function extended(ranges: readonly RangeCheckpoint[], range: RangeCheckpoint): RangeCheckpoint[] {
  const last = ranges.at(-1);
  if (last?.logId !== range.logId || last.to !== range.from) return [...ranges, range];
  return [...ranges.slice(0, -1), { ...last, to: range.to }];
}

function emptyTopic(name: string, known: readonly MetadataTopic[]): TopicCheckpoint {
  const names = known.find((topic) => topic.name === name)?.channels ?? [];
  const channels = names.map((channel) => ({ name: channel.name, ranges: [], exceptions: noExceptions }));
  return { name, ranges: [], deferred: noExceptions, channels };
}

function fitTopic(topic: TopicCheckpoint, stored: ReadonlyMap<number, StoredLog>): TopicCheckpoint {
  return {
    name: topic.name,
    ranges: clipRanges(topic.ranges, stored),
    deferred: clipExceptions(topic.deferred, stored),
    channels: topic.channels.map(
      (channel): ChannelCheckpoint => ({
        name: channel.name,
        ranges: clipRanges(channel.ranges, stored),
        exceptions: clipExceptions(channel.exceptions, stored),
      }),
    ),
  };
}

function clipRanges(
  ranges: readonly RangeCheckpoint[],
  stored: ReadonlyMap<number, StoredLog>,
): RangeCheckpoint[] {
  return ranges.flatMap(({ logId, from, to }) => {
    const log = stored.get(logId);
    if (!log) return [];
    const clipped = { logId, from: Math.max(from, log.runsFrom), to: Math.min(to, log.runsTo) };
    return clipped.from < clipped.to ? [clipped] : [];
  });
}

function clipExceptions(
  list: ExceptionCheckpoint,
  stored: ReadonlyMap<number, StoredLog>,
): ExceptionCheckpoint {
  const isStored = (i: number) => {
    const log = stored.get(list.logId[i]!);
    const seq = list.seq[i]!;
    return log && ((seq >= log.runsFrom && seq < log.runsTo) || (seq >= log.looseFrom && seq < log.looseTo));
  };
  const kept = Array.from(list.seq.keys()).filter(isStored);
  if (kept.length === list.seq.length) return list;
  return {
    logId: Uint32Array.from(kept, (i) => list.logId[i]!),
    seq: Uint32Array.from(kept, (i) => list.seq[i]!),
    attempts: Uint16Array.from(kept, (i) => list.attempts[i]!),
    dueMs: Float64Array.from(kept, (i) => list.dueMs[i]!),
  };
}

/** Every stretch of a log that a topic mentions, as [first, end). */
function eachMention(topic: TopicCheckpoint, see: (logId: number, first: number, end: number) => void): void {
  for (const { ranges } of [topic, ...topic.channels])
    for (const range of ranges) see(range.logId, range.from, range.to);
  for (const list of [topic.deferred, ...topic.channels.map((channel) => channel.exceptions)]) {
    for (const [i, seq] of list.seq.entries()) see(list.logId[i]!, seq, seq + 1);
  }
}

function hull(a: StoredLog, b: StoredLog): StoredLog {
  const runs = span([a.runsFrom, a.runsTo], [b.runsFrom, b.runsTo]);
  const loose = span([a.looseFrom, a.looseTo], [b.looseFrom, b.looseTo]);
  return { ...a, runsFrom: runs[0], runsTo: runs[1], looseFrom: loose[0], looseTo: loose[1] };
}

type Bounds = [from: number, to: number];

function span(a: Bounds, b: Bounds): Bounds {
  if (a[0] >= a[1]) return b;
  if (b[0] >= b[1]) return a;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
