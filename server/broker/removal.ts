/**
 * Emptying and deleting in such a way that it can be undone (JB1). What is dropped and lies in the store is listed as
 * ranges of logs and single messages; the store keeps it until it is marked there, and then for as long as the mark
 * lasts. Giving it back is a channel that owes it again: the messages keep their ids and what was counted of them.
 */

import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import { Exception } from "./exceptions.ts";
import { Log } from "./log.ts";
import { tidy } from "./retention.ts";
import type { Topic } from "./topic.ts";
import { classOf, noteDurable } from "./topic-logs.ts";

/** Messages that are listed one by one in a removal, at most; what is beyond cannot be taken back. */
export const singlesMax = 100_000;

/** Of one log, what was owed to a channel, or had not left its topic. */
export interface RemovedLog {
  readonly logId: number;
  readonly topic: string;
  /** Empty: the topic's own. */
  readonly channel: string;
  /** [from, to) of sequences. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** `dueMs`: wall clock; 0: it waited, or somebody had it. */
  readonly singles: readonly (readonly [seq: number, attempts: number, dueMs: number])[];
}

/** What was dropped. `release` lets the store forget what no mark keeps. */
export interface Removal {
  readonly messages: number;
  readonly logs: readonly RemovedLog[];
  release(): void;
}

export interface RemovalTarget {
  readonly topic: Topic;
  /** null: the topic itself. */
  readonly channel: Channel | null;
  readonly verb: "empty" | "delete";
}

export function keptMessages(logs: readonly RemovedLog[]): number {
  let messages = 0;
  for (const { ranges, singles } of logs) {
    messages += singles.length;
    for (const [from, to] of ranges) messages += to - from;
  }
  return messages;
}

/** What of it could be taken back, as of now. @param isKept whether the store could keep a log */
export function removable(target: RemovalTarget, isKept: (logId: number) => boolean): RemovedLog[] {
  const found = new Found(isKept);
  for (const channel of channelsOf(target)) found.addChannel(channel);
  if (target.channel === null) found.addTopic(target.topic);
  return found.logs;
}

/** How many messages it would drop, each counted for every channel that is owed it. */
export function droppedBy(target: RemovalTarget): number {
  let messages = target.channel === null ? target.topic.depth : 0;
  for (const { depth, inFlightCount, deferredCount } of channelsOf(target))
    messages += depth + inFlightCount + deferredCount;
  return messages;
}

/** Drops it, and holds what can be taken back until it is released. */
export function remove(target: RemovalTarget, isKept: (logId: number) => boolean): Removal {
  const { topic, channel, verb } = target;
  const messages = droppedBy(target);
  const logs = removable(target, isKept);
  const parked = new Map<number, number>();
  for (const { logId, ranges, singles } of logs) {
    for (const [from] of [...ranges, ...singles])
      parked.set(logId, Math.min(from, parked.get(logId) ?? from));
  }
  topic.parked.add(parked);
  if (channel === null && verb === "delete") topic.broker.deleteTopic(topic.name);
  else if (channel === null) topic.empty();
  else if (verb === "delete") topic.deleteChannel(channel.name);
  else channel.empty();
  return {
    messages,
    logs,
    release: () => {
      topic.parked.delete(parked);
      tidy(topic);
    },
  };
}

/**
 * Owes it again, to whom it was owed; topics and channels that are gone come to be. What is owed there already is left
 * out, so that giving back twice is giving back once.
 *
 * @returns how many messages
 */
export function giveBack(broker: Broker, removed: RemovedLog, isDurable: boolean): number {
  const { ranges, singles, logId } = removed;
  const topic = broker.ensureTopic(removed.topic);
  const ends = [...ranges.map(([, to]) => to), ...singles.map(([seq]) => seq + 1)];
  const endSeq = ends.reduce((most, end) => Math.max(most, end), 0);
  const log = logOf(topic, logId, endSeq, isDurable);
  for (const [from] of [...ranges, ...singles]) log.forgottenTo = Math.min(log.forgottenTo, from);
  if (removed.channel === "") return giveToTopic(topic, log, ranges);
  const channel = topic.ensureChannel(removed.channel);
  const missing = ranges.flatMap(([from, to]) => without(from, to, owedOf(channel, log)));
  channel.addBefore(
    missing.map(([from, to]) => ({ log, from, to })),
    () => true,
  );
  let count = missing.reduce((sum, [from, to]) => sum + to - from, 0);
  const windows = channel.windows.filter((window) => window.log === log);
  for (const [seq, attempts, dueMs] of singles) {
    const isOwed = windows.some(({ low, end }) => seq >= low && seq < end);
    if (isOwed || channel.exceptions.get(log, seq) !== undefined) continue;
    const exception = new Exception(log, seq, attempts, null, true);
    channel.exceptions.add(exception);
    if (dueMs > 0) channel.exceptions.defer(exception, broker.monotonicOf(dueMs));
    else channel.exceptions.wait(exception);
    count++;
  }
  channel.watchTime();
  channel.notes?.touchAll();
  channel.markDirty();
  return count;
}

function giveToTopic(topic: Topic, log: Log, ranges: RemovedLog["ranges"]): number {
  const owed = topic.pending
    .filter((range) => range.log === log)
    .map(({ from, to }): [number, number] => [from, to]);
  const missing = ranges.flatMap(([from, to]) => without(from, to, owed));
  topic.pending = [...missing.map(([from, to]) => ({ log, from, to })), ...topic.pending];
  topic.markDirty();
  return missing.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** The log by its id; one that nobody was owed anything of is there again. */
function logOf(topic: Topic, logId: number, endSeq: number, isDurable: boolean): Log {
  let log = topic.logs.find(({ id }) => id === logId);
  if (log === undefined) {
    log = Log.restored(logId, topic.name, endSeq, topic.broker.pool, classOf(topic, isDurable));
    topic.logs.unshift(log);
    if (isDurable) {
      noteDurable(topic, log);
      topic.notes?.restored([log]);
    }
  }
  if (log.sealed) log.reach(endSeq);
  return log;
}

function channelsOf({ topic, channel, verb }: RemovalTarget): Channel[] {
  if (channel !== null) return [channel];
  return verb === "delete" ? [...topic.channels.values()] : [];
}

/** What a channel has of a log, waiting or held. */
function owedOf(channel: Channel, log: Log): [number, number][] {
  const owed: [number, number][] = [];
  for (const window of channel.windows)
    if (window.log === log && window.low < window.end) owed.push([window.low, window.end]);
  for (const { seq } of channel.exceptions.of(log)) owed.push([seq, seq + 1]);
  return owed;
}

function without(from: number, to: number, others: readonly (readonly [number, number])[]) {
  const left: [number, number][] = [];
  let at = from;
  for (const [otherFrom, otherTo] of others.toSorted(([a], [b]) => a - b)) {
    if (otherTo <= at || otherFrom >= to) continue;
    if (otherFrom > at) left.push([at, otherFrom]);
    at = otherTo;
  }
  if (at < to) left.push([at, to]);
  return left;
}

/** Gathers by log and channel what the store has. */
class Found {
  readonly #isKept: (logId: number) => boolean;
  readonly #found = new Map<string, { logId: number; topic: string; channel: string } & Lists>();
  #singles = 0;

  constructor(isKept: (logId: number) => boolean) {
    this.#isKept = isKept;
  }

  get logs(): RemovedLog[] {
    return [...this.#found.values()];
  }

  addChannel(channel: Channel): void {
    if (channel.ephemeral || channel.topic.ephemeral) return;
    for (const window of channel.windows) {
      const { log } = window;
      const storedTo = this.#storedTo(log);
      for (let seq = window.low; seq < Math.min(window.next, storedTo); seq++)
        if (window.ownerOf(seq) !== 0) this.#single(channel, log.id, [seq, 1, 0]);
      this.#range(channel, log.id, window.next, Math.min(window.end, storedTo));
    }
    for (const { log, seq, attempts, stored, isScheduled, state, atMs } of channel.exceptions) {
      // What the schedule has goes with the schedule.
      if (!stored || isScheduled || !this.#isKept(log.id)) continue;
      const dueMs = state === "deferred" ? Math.max(1, Math.round(channel.broker.wallOf(atMs))) : 0;
      this.#single(channel, log.id, [seq, attempts, dueMs]);
    }
  }

  addTopic(topic: Topic): void {
    if (topic.ephemeral) return;
    for (const { log, from, to } of topic.pending)
      this.#range(topic, log.id, from, Math.min(to, this.#storedTo(log)));
    const { log } = topic;
    if (log !== null) this.#range(topic, log.id, log.handedTo, Math.min(log.tail, this.#storedTo(log)));
  }

  #storedTo(log: Log): number {
    return log.inStore && this.#isKept(log.id) ? log.firstUnstored : 0;
  }

  #range(place: Place, logId: number, from: number, to: number): void {
    if (from < to) this.#of(place, logId).ranges.push([from, to]);
  }

  #single(place: Place, logId: number, single: [number, number, number]): void {
    if (this.#singles++ < singlesMax) this.#of(place, logId).singles.push(single);
  }

  #of({ topicName, channelName }: Place, logId: number): Lists {
    const key = `${logId} ${channelName}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = { logId, topic: topicName, channel: channelName, ranges: [], singles: [] };
      this.#found.set(key, found);
    }
    return found;
  }
}

interface Place {
  readonly topicName: string;
  readonly channelName: string;
}

interface Lists {
  readonly ranges: [number, number][];
  readonly singles: [number, number, number][];
}
