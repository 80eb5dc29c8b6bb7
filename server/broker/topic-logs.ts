/** A topic's logs: how they begin and end, and of which class they are (L4, DU4). */
import type { Channel } from "./channel.ts";
import { Log, type LogClass } from "./log.ts";
import type { Topic } from "./topic.ts";

/** One more log, the youngest. */
export function addLog(topic: Topic): Log {
  const { broker, name, durable } = topic;
  const log = new Log(broker.logIds.next(), name, broker.pool, classOf(topic, durable));
  topic.logs.push(log);
  if (log.durable) noteDurable(topic, log);
  return log;
}

/** Of which class a log is. */
export function classOf({ broker, ephemeral }: Topic, durable: boolean): LogClass {
  return { durable, storesFirst: durable || (broker.options.memQueueSize === 0 && !ephemeral) };
}

/** What was published before stays what it was: its log ends, and another begins. Never for an ephemeral topic. */
export function setDurable(topic: Topic, durable: boolean): void {
  if (topic.ephemeral || durable === topic.durable) return;
  topic.durable = durable;
  sealLogs(topic, () => true);
}

/** What happens to a durable log is written down, and to those who get something of it. */
export function noteDurable(topic: Topic, log: Log): void {
  const { progress } = topic.broker;
  if (progress === null) return;
  if (topic.notes === null) {
    topic.notes = progress.open(topic);
    for (const channel of topic.channels.values()) noteChannel(topic, channel);
  }
  log.gate = topic.notes;
  topic.notes.touch();
}

export function noteChannel({ notes }: Topic, channel: Channel): void {
  if (notes === null || channel.ephemeral) return;
  channel.notes = notes.channelAdded(channel);
  channel.exceptions.notes = channel.notes;
}

/** Ends the logs being written that `which` names: what comes next begins others, what is there stays. */
export function sealLogs(topic: Topic, which: (logId: number) => boolean): void {
  if (topic.deferred.log !== null && which(topic.deferred.log.id)) topic.deferred.log = null;
  const { log } = topic;
  if (log === null || !which(log.id)) return;
  seal(topic, log);
  if (log.handedTo < log.tail) topic.pending.push({ log, from: log.handedTo, to: log.tail });
  log.handedTo = log.tail;
  topic.markDirty();
}

/** Ends the log being written: channels finish what they were handed of it; what had not left the topic is not theirs yet. */
export function seal(topic: Topic, log: Log): void {
  log.seal();
  topic.log = null;
  for (const channel of topic.channels.values()) {
    for (const window of channel.windows) {
      if (window.log === log) window.to = Math.max(window.next, Math.min(window.to, log.handedTo));
    }
    channel.markDirty();
  }
}
