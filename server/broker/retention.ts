/**
 * What of a topic's logs is still needed, by whom, and what may go: slabs from memory,
 * blocks from the store, logs altogether (L4).
 */
import type { Log } from "./log.ts";
import type { Topic } from "./topic.ts";
import { openEnd } from "./window.ts";

/** Lets memory go that nobody needs any more. */
export function trim(topic: Topic, log: Log): void {
  log.trim(lowestNeeded(topic, log));
}

/** Beyond `trim`: slabs in the middle of a log that only a full ephemeral channel could have wanted. */
export function markHoles(topic: Topic, log: Log): void {
  const needs: [number, number][] = [[log.handedTo, openEnd]];
  for (const range of topic.pending) if (range.log === log) needs.push([range.from, range.to]);
  for (const channel of topic.channels.values()) {
    for (const window of channel.windows) if (window.log === log) needs.push([window.low, window.to]);
  }
  log.dropUnless((from, to) => needs.some(([needFrom, needTo]) => from < needTo && to > needFrom));
}

/** Lets the store forget what nobody needs, and drops logs that are used up. */
export function tidy(topic: Topic): void {
  const kept: Log[] = [];
  for (const log of topic.logs) {
    const current = log === topic.log || log === topic.deferred.log;
    let needed = log === topic.deferred.log ? log.tail : lowestNeeded(topic, log);
    if (log !== topic.deferred.log) log.trim(needed);
    for (const { log: owed, seq } of topic.deferred.pending) if (owed === log) needed = Math.min(needed, seq);
    for (const channel of topic.channels.values()) {
      needed = Math.min(needed, channel.exceptions.lowest(log) ?? needed);
    }
    let isParked = false;
    for (const parked of topic.parked) {
      isParked ||= parked.has(log.id);
      needed = Math.min(needed, parked.get(log.id) ?? needed);
    }
    const spent = !current && needed >= log.tail && !isParked;
    // Whatever is still held for a mark, nobody is owed it.
    if (isParked && topic.deleted && log.durable) topic.notes?.logEnded(log);
    // The schedule may have had something of a durable one that had no blocks.
    const mayBeStored = log.inStore || (spent && log.durable);
    if (mayBeStored && (spent || needed > log.forgottenTo)) {
      log.forgottenTo = needed;
      log.forgetTimes(needed);
      topic.broker.backlog.forget(log.id, spent ? openEnd : needed);
    }
    if (spent) {
      log.dropAll();
      if (log.durable) topic.notes?.logEnded(log);
    } else kept.push(log);
  }
  topic.logs = kept;
}

export function needsTidying(topic: Topic): boolean {
  const current = Number(topic.log !== null) + Number(topic.deferred.log !== null);
  return topic.logs.length > current || (topic.log?.inStore ?? false);
}

/** Nothing waits and nothing is held: the slab being filled goes back to the pool. */
export function releaseIdle(topic: Topic): void {
  if (topic.log !== null) topic.log.releaseIdle(lowestNeeded(topic, topic.log));
}

/** Where the slowest of the channels whose backlog may go to the store is; the topic's own cursor is one of them. */
export function slowestNext(topic: Topic, log: Log): number {
  let slowest = log.handedTo;
  for (const channel of topic.channels.values()) {
    if (channel.ephemeral) continue;
    for (const window of channel.windows) {
      if (window.log === log && window.next < slowest) slowest = window.next;
    }
  }
  return slowest;
}

function lowestNeeded(topic: Topic, log: Log): number {
  let lowest = log.handedTo;
  for (const range of topic.pending) if (range.log === log) lowest = Math.min(lowest, range.from);
  for (const channel of topic.channels.values()) {
    for (const window of channel.windows) {
      if (window.log === log && window.low < lowest) lowest = window.low;
    }
  }
  return lowest;
}
