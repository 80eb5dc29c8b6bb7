/**
 * Messages of durable topics that are due later. The store has each once for every channel it is owed to, or once for
 * the topic while it has left for none (SH1); memory has only those that are due soon, as exceptions of their channels.
 */

import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import { Exception } from "./exceptions.ts";
import { Log } from "./log.ts";
import type { Topic } from "./topic.ts";
import { classOf, noteDurable } from "./topic-logs.ts";

/** What is requeued for at least so long goes to the schedule: it would keep all of its log after it. */
export const scheduleFromMs = 15_000;
/** Channel of what has not left its topic. */
export const noChannel = "";

export interface ScheduledMessage {
  readonly topic: string;
  readonly logId: number;
  readonly seq: number;
  /** Wall clock, whole milliseconds since 1970. */
  readonly dueMs: number;
  /** Deliveries so far. */
  readonly attempts: number;
  readonly frame: Buffer;
}

/** Where such messages are. What it is told to do, it does in that order. */
export interface Schedule {
  /**
   * Keeps a message for some channels, or for `noChannel`. `done` is called in a later turn, once it is kept; `isSoon`:
   * it is due so soon that it stays in memory too. Never called for a log that was given up.
   */
  keep(message: ScheduledMessage, channels: readonly string[], done: (isSoon: boolean) => void): void;
  /** What was kept for `noChannel` is kept for these instead. */
  spread(logId: number, seq: number, channels: readonly string[], done: () => void): void;
  /** One is not owed any more. */
  drop(logId: number, seq: number, channel: string): void;
  /** None of a topic is owed any more to a channel; null: to nobody. */
  dropAll(topic: string, channel: string | null): void;
}

/** Whose a message is to be when it is due: the channels there are, or nobody's yet. */
export function ownersOf(topic: Topic): string[] {
  const names = [...topic.channels.values()].filter(({ ephemeral }) => !ephemeral).map(({ name }) => name);
  return topic.keepsItsOwn || names.length === 0 ? [noChannel] : names;
}

/**
 * What the store has as due soon. `isFound`: of logs that were not here before; then the topic and the channel come to be.
 * What is of a topic or channel that is gone is on its way out of the store.
 */
export function bringScheduled(
  broker: Broker,
  message: ScheduledMessage,
  channelName: string,
  isFound: boolean,
): void {
  const topic = isFound ? broker.ensureTopic(message.topic) : broker.topics.get(message.topic);
  if (topic === undefined) return;
  if (channelName === noChannel) {
    topic.deferred.bring(logOf(topic, message.logId, message.seq), message);
    return;
  }
  const channel = isFound ? topic.ensureChannel(channelName) : topic.channels.get(channelName);
  if (channel === undefined) return;
  if (channel.scheduledCount > 0) channel.countScheduled(-1);
  bringTo(channel, logOf(topic, message.logId, message.seq), message);
}

/** @param dueAtMs on the monotonic clock, where it is known: the wall clock may have been set since the message came */
export function bringTo(
  channel: Channel,
  log: Log,
  message: ScheduledMessage,
  dueAtMs = channel.broker.monotonicOf(message.dueMs),
): void {
  const known = channel.exceptions.get(log, message.seq);
  if (known !== undefined) {
    known.isScheduled = true;
    return;
  }
  const exception = new Exception(log, message.seq, message.attempts, message.frame, true);
  exception.isScheduled = true;
  channel.defer(exception, dueAtMs);
}

/**
 * Hands messages that were requeued for long, and are written down as such, to the schedule. They leave their channel
 * when it has them, and not before: a flush that says they are gone comes after that (SH3).
 */
export function scheduleLong(channel: Channel, exceptions: readonly Exception[]): void {
  const { broker } = channel;
  if (broker.schedule === null) return;
  for (const exception of exceptions) {
    const { log, seq, attempts, frame, state, atMs, isScheduled } = exception;
    const isOwed = () => channel.exceptions.get(log, seq) === exception;
    if (state !== "deferred" || frame === null || isScheduled || !isOwed()) continue;
    const dueMs = Math.round(broker.wallOf(atMs));
    const message = { topic: channel.topicName, logId: log.id, seq, dueMs, attempts, frame };
    broker.schedule.keep(message, [channel.name], (isSoon) => {
      // It took longer than the message had to wait, and somebody has finished it.
      if (!isOwed()) broker.schedule?.drop(log.id, seq, channel.name);
      else if (isSoon || exception.state !== "deferred") exception.isScheduled = true;
      else {
        channel.exceptions.remove(exception);
        channel.scheduledCount++;
      }
    });
  }
}

/** The log by its id; one that was used up is there again, for as long as something of it is owed. */
function logOf(topic: Topic, logId: number, seq: number): Log {
  let log = topic.logs.find(({ id }) => id === logId);
  if (log === undefined) {
    log = Log.restored(logId, topic.name, seq + 1, topic.broker.pool, classOf(topic, true));
    topic.logs.unshift(log);
    noteDurable(topic, log);
    topic.notes?.restored([log]);
  }
  if (log.sealed) log.reach(seq + 1);
  return log;
}
