/** What an operator takes away of a topic. */
import { auditKinds } from "./audit-ring.ts";
import type { Log } from "./log.ts";
import { tidy } from "./retention.ts";
import { noChannel } from "./schedule.ts";
import type { Topic } from "./topic.ts";
import { seal } from "./topic-logs.ts";
import { openEnd } from "./window.ts";

/**
 * Drops what has not left the topic; its channels keep what they have.
 *
 * @returns how many messages
 */
export function emptyTopic(topic: Topic): number {
  const dropped = topic.depth;
  const { audit, time, schedule } = topic.broker;
  const drop = (log: Log, from: number, count: number) =>
    audit?.record(auditKinds.drop, topic, null, log.id, from, count, 0, 0, time.wallMs);
  for (const { log, from, to } of topic.pending) drop(log, from, to - from);
  for (const { log, seq } of topic.deferred.pending) drop(log, seq, 1);
  topic.pending = [];
  topic.deferred.clear();
  const { log } = topic;
  if (log !== null && log.handedTo < log.tail) {
    drop(log, log.handedTo, log.tail - log.handedTo);
    seal(topic, log);
    log.tail = log.handedTo;
  }
  // Taken, and taken away: whoever waits to hear of it hears that it was taken.
  if (topic.notes !== null) schedule?.dropAll(topic.name, topic.deleted ? null : noChannel);
  for (const owed of topic.logs) owed.commits.storedTo(openEnd);
  tidy(topic);
  topic.notes?.touch();
  return dropped;
}
