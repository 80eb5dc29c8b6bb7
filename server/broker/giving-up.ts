/**
 * Lets go of logs that are another node's by now (OW2). What was published to them and is not in the store is
 * refused; the rest is delivered by whoever has them. Answers to what was handed out of them find nothing in flight.
 */

import type { Broker } from "./broker.ts";
import type { Channel } from "./channel.ts";
import type { Log } from "./log.ts";
import type { Topic } from "./topic.ts";
import { sealLogs } from "./topic-logs.ts";
import type { Window } from "./window.ts";

export function giveUpLogs(broker: Broker, which: (logId: number) => boolean): void {
  for (const topic of broker.topics.values()) {
    const given = new Set(topic.logs.filter(({ id }) => which(id)));
    if (given.size > 0) giveUp(topic, given);
  }
  broker.progress?.givenUp(which);
}

/**
 * The same of everything durable: the node's epoch is over.
 *
 * @returns which logs there were
 */
export function giveUpDurable(broker: Broker): number[] {
  const logIds = broker.durable.ids;
  const given = new Set(logIds);
  giveUpLogs(broker, (logId) => given.has(logId));
  // Those too that have ended here: in the next epoch nothing is known of them.
  broker.progress?.givenUp(() => true);
  // What is due later is counted, not known one by one.
  for (const topic of broker.topics.values())
    for (const channel of topic.channels.values()) channel.scheduledCount = 0;
  return logIds;
}

function giveUp(topic: Topic, given: ReadonlySet<Log>): void {
  // What is published next goes to a log of its own.
  sealLogs(topic, (id) => [...given].some((log) => log.id === id));
  topic.pending = topic.pending.filter(({ log }) => !given.has(log));
  topic.deferred.dropLogs(given);
  for (const channel of topic.channels.values()) {
    for (const window of channel.windows) if (given.has(window.log)) release(channel, window);
    channel.windows = channel.windows.filter(({ log }) => !given.has(log));
    for (const log of given) releaseExceptions(channel, log);
    channel.markDirty();
  }
  topic.logs = topic.logs.filter((log) => !given.has(log));
  for (const log of given) log.giveUp();
}

function release(channel: Channel, window: Window): void {
  for (let seq = window.low; seq < window.next; seq++) {
    const owner = window.ownerOf(seq);
    if (owner === 0) continue;
    const holder = channel.subscriptions.find(({ number }) => number === owner);
    if (holder !== undefined) holder.inFlight--;
    channel.heldInWindows--;
  }
  window.skipTo(window.next);
}

function releaseExceptions(channel: Channel, log: Log): void {
  for (const { state, owner } of channel.exceptions.removeLog(log)) {
    if (state !== "held") continue;
    if (owner !== null) owner.inFlight--;
    channel.heldAsExceptions--;
  }
}
