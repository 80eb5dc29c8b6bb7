/**
 * What a node hands over is finished as durable by whoever takes it (DR1), also what was not: its progress is written down
 * with the rest from here on.
 */

import type { Broker } from "./broker.ts";
import type { Log } from "./log.ts";
import { noteDurable } from "./topic-logs.ts";

/**
 * Call when everything is in the store and nobody publishes or consumes any more.
 *
 * @returns makes it what it was
 */
export function turnDurable(broker: Broker): () => void {
  const turned: Log[] = [];
  for (const topic of broker.topics.values()) {
    if (topic.ephemeral) continue;
    const logs = topic.logs.filter((log) => !log.durable);
    for (const log of logs) {
      log.durable = true;
      noteDurable(topic, log);
      turned.push(log);
    }
    if (logs.length > 0) topic.notes?.restored(logs);
  }
  return () => {
    for (const log of turned) log.durable = false;
  };
}

/** A topic with deferred publishes that wait for a channel and that only this node has; null: there is none. */
export function topicWithDeferred(broker: Broker): string | null {
  for (const { name, ephemeral, deferred } of broker.topics.values())
    if (!ephemeral && deferred.pending.some(({ scheduled }) => scheduled === undefined)) return name;
  return null;
}

/** Logs there is something of, and messages that somebody is owed, each counted once. */
export function owedInAll(broker: Broker): { logs: number; messages: number } {
  let logs = 0;
  let messages = 0;
  for (const topic of broker.topics.values()) {
    if (topic.ephemeral) continue;
    logs += topic.logs.length;
    let most = 0;
    for (const channel of topic.channels.values()) {
      if (channel.ephemeral) continue;
      most = Math.max(most, channel.depth + channel.inFlightCount + channel.deferredCount);
    }
    messages += topic.depth + most;
  }
  return { logs, messages };
}
