/** How messages leave a topic: for the channels there are by then, older ones first, and not before they count (T2). */
import type { Topic } from "./topic.ts";

/** Lets what may leave the topic leave it. */
export function hand(topic: Topic): void {
  if (topic.keepsItsOwn) return;
  if (topic.pending.length > 0) handPending(topic);
  if (topic.deferred.pending.length > 0) topic.deferred.hand();
  const { log } = topic;
  // What is older and not stored yet goes first.
  if (log === null || topic.pending.length > 0) return;
  const visible = log.storesFirst ? log.storedTo : log.tail;
  const count = visible - log.handedTo;
  if (count === 0) return;
  log.handedTo = visible;
  for (const channel of topic.channels.values()) channel.messageCount += count;
}

function handPending(topic: Topic): void {
  const { pending, logs, channels } = topic;
  const held = pending.findIndex(({ log, to }) => log.storesFirst && log.storedTo < to);
  const ready = held < 0 ? pending : pending.slice(0, held);
  for (const range of ready) {
    const newer = new Set(logs.slice(logs.indexOf(range.log) + 1));
    for (const channel of channels.values()) {
      channel.addBefore([range], (log) => newer.has(log));
      channel.messageCount += range.to - range.from;
    }
  }
  topic.pending = held < 0 ? [] : pending.slice(held);
}
