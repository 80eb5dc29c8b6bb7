/**
 * Puts back what a store has of a topic. It is older than what is here, and goes first; the frames
 * stay in the store until somebody is to get them.
 */

import type { Channel } from "./channel.ts";
import type { ChannelCheckpoint, TopicCheckpoint } from "./checkpoint.ts";
import { Exception } from "./exceptions.ts";
import { Log } from "./log.ts";
import type { Topic } from "./topic.ts";
import { classOf, noteDurable } from "./topic-logs.ts";

type LogOf = (logId: number) => Log;

export function restoreTopic(
  topic: Topic,
  checkpoint: TopicCheckpoint,
  isDurable: (logId: number) => boolean = () => topic.durable,
): void {
  const found = new Map<number, Log>();
  const tails = tailsIn(checkpoint);
  const logOf = (id: number): Log => {
    let log = found.get(id);
    if (!log) {
      const kept = classOf(topic, isDurable(id));
      log = Log.restored(id, topic.name, tails.get(id) ?? 0, topic.broker.pool, kept);
      found.set(id, log);
    }
    return log;
  };
  // All channels are there before anything is handed to one of them.
  for (const { name } of checkpoint.channels) if (!topic.channels.has(name)) topic.addChannel(name);
  for (const saved of checkpoint.channels) restoreChannel(topic.ensureChannel(saved.name), saved, logOf);
  const ranges = checkpoint.ranges.map(({ logId, from, to }) => ({ log: logOf(logId), from, to }));
  topic.pending = [...ranges, ...topic.pending];
  const { logId, seq, dueMs } = checkpoint.deferred;
  for (let i = 0; i < seq.length; i++) {
    topic.deferred.pending.push({ log: logOf(logId[i]!), seq: seq[i]!, frame: null, delayMs: dueMs[i]! });
  }
  topic.logs = [...found.values(), ...topic.logs];
  const durable = [...found.values()].filter((log) => log.durable);
  for (const log of durable) noteDurable(topic, log);
  if (durable.length > 0) topic.notes?.restored(durable);
  topic.markDirty();
}

function restoreChannel(channel: Channel, checkpoint: ChannelCheckpoint, logOf: LogOf): void {
  const ranges = checkpoint.ranges.map(({ logId, from, to }) => ({ log: logOf(logId), from, to }));
  channel.addBefore(ranges, () => true);
  const { exceptions, broker } = channel;
  const { logId, seq, attempts, dueMs } = checkpoint.exceptions;
  for (let i = 0; i < seq.length; i++) {
    const exception = new Exception(logOf(logId[i]!), seq[i]!, attempts[i]!, null, true);
    exceptions.add(exception);
    if (dueMs[i]! > 0) exceptions.defer(exception, broker.monotonicOf(dueMs[i]!));
    else exceptions.wait(exception);
  }
  channel.watchTime();
  channel.markDirty();
}

/** Where each log of a checkpoint ends, as far as anybody is owed something of it. */
function tailsIn(checkpoint: TopicCheckpoint): Map<number, number> {
  const tails = new Map<number, number>();
  const reach = (logId: number, to: number) => tails.set(logId, Math.max(tails.get(logId) ?? 0, to));
  for (const { ranges } of [checkpoint, ...checkpoint.channels]) {
    for (const { logId, to } of ranges) reach(logId, to);
  }
  for (const { logId, seq } of [
    checkpoint.deferred,
    ...checkpoint.channels.map((saved) => saved.exceptions),
  ]) {
    for (let i = 0; i < seq.length; i++) reach(logId[i]!, seq[i]! + 1);
  }
  return tails;
}
