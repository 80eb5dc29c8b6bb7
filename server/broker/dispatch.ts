/**
 * Hands a channel's messages to whoever can take them: the hot path out.
 *
 * A run of a window that has not been delivered before is one entry in the
 * deadline queue, one fill of the owners and one view of the slab, uncopied (D1).
 * Messages that come again are copied with their attempts patched (D2). The two
 * alternate, so that a message requeued for ever starves nobody (D3).
 */
import { auditKinds } from "./audit-ring.ts";
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import { attemptsOffset } from "./frame.ts";
import { evictHeld } from "./held.ts";
import { fetchFrame, readAhead } from "./read-back.ts";
import { markHoles, trim } from "./retention.ts";
import { RunQueue } from "./runs.ts";
import type { Slab } from "./slab.ts";
import type { Subscription } from "./subscription.ts";
import { openEnd, type Window } from "./window.ts";

/** Shared by several consumers, a run is at most this long, so that they progress together. */
const sharedRunMax = 256;
/** Redeliveries written at once. */
const redeliveriesMax = 64;
const redeliveryBytesMax = 64 * 1024;
/** What a slow ephemeral channel keeps lies scattered over its log, in at most so many pieces. */
const ephemeralWindowsMax = 64;

export function pump(channel: Channel): void {
  settleWindows(channel);
  if (!channel.paused && channel.subscriptions.length > 0 && !channel.broker.leaving) handOut(channel);
  if (channel.ephemeral || channel.topic.ephemeral) dropNewest(channel);
}

function handOut(channel: Channel): void {
  for (;;) {
    const redelivered = channel.redeliverNext && redeliver(channel);
    const ran = deliverRun(channel);
    if (!ran && !redelivered && !redeliver(channel)) return;
    channel.redeliverNext = ran;
  }
}

/** Moves over what is finished, and lets slabs and windows go that nobody needs. */
function settleWindows(channel: Channel): void {
  const { windows } = channel;
  let spent = false;
  for (let i = 0; i < windows.length; i++) {
    const window = windows[i]!;
    if (window.advance()) {
      const oldest = window.log.slabs.at(0);
      // The slab that is being filled would stay anyway.
      if (oldest !== undefined && oldest !== window.log.filling && window.low >= oldest.endSeq)
        trim(channel.topic, window.log);
    }
    if (window.isSpent) spent = true;
  }
  if (!spent) return;
  channel.windows = windows.filter((window) => !window.isSpent);
  for (const window of windows) {
    if (!window.isSpent) continue;
    window.dropLoaded();
    trim(channel.topic, window.log);
  }
}

/**
 * What is ephemeral keeps at most mem-queue-size waiting: the newest beyond that are
 * dropped, as NSQ drops them.
 */
function dropNewest(channel: Channel): void {
  const { windows } = channel;
  let excess = channel.depth - channel.broker.options.memQueueSize;
  for (let i = windows.length - 1; i >= 0 && excess > 0; i--) {
    const window = windows[i]!;
    const { waiting } = window;
    if (waiting === 0) continue;
    const isFull = windows.length >= ephemeralWindowsMax && window.low === window.next;
    const dropped = isFull ? waiting : Math.min(excess, waiting);
    excess -= dropped;
    cutNewest(channel, window, dropped);
    markHoles(channel.topic, window.log);
  }
}

/** Drops the newest `count` of what waits in a window; one that follows its log goes on behind them. */
function cutNewest(channel: Channel, window: Window, count: number): void {
  const { end } = window;
  const isOpen = window.to === openEnd;
  if (isOpen && count === window.waiting && window.low === window.next) {
    window.jump(end);
    return;
  }
  window.to = end - count;
  if (isOpen) channel.addRange(window.log, end, openEnd);
}

/** Hands one run of the first window that has something waiting to one consumer; false when nothing could be. */
function deliverRun(channel: Channel): boolean {
  const window = firstWaiting(channel);
  if (window === undefined) return false;
  const slab = window.slabAt(window.next);
  if (slab === undefined) return readAhead(channel, window);
  const subscription = pick(channel);
  if (subscription === undefined) return false;
  const end = runEnd(channel, window, slab, subscription);
  if (end === window.next) {
    // The window is full because its oldest message is held: that one moves out, and all goes on.
    evictHeld(channel, window, window.low + 1);
    return true;
  }
  const first = window.next;
  hold(channel, window, first, end, subscription);
  if (subscription.sampleRate > 0) writeSample(channel, window, slab, first, end, subscription);
  else {
    noteDelivered(channel, window, first, end, subscription);
    write(subscription, slab.bytes.subarray(slab.offsetOf(first), slab.offsetOf(end)), slab);
  }
  if (window.loaded.length > 0) readAhead(channel, window);
  return true;
}

function firstWaiting(channel: Channel): Window | undefined {
  for (const window of channel.windows) {
    if (window.next < window.end && (!window.log.durable || channel.broker.mayHandOut())) return window;
  }
  return undefined;
}

/** The next subscription in turn that can take something. */
function pick(channel: Channel): Subscription | undefined {
  const { subscriptions } = channel;
  const count = subscriptions.length;
  let turn = channel.turn;
  for (let i = 0; i < count; i++) {
    if (++turn >= count) turn = 0;
    const subscription = subscriptions[turn]!;
    if (subscription.capacity > 0) {
      channel.turn = turn;
      return subscription;
    }
  }
  return undefined;
}

function runEnd(channel: Channel, window: Window, slab: Slab, subscription: Subscription): number {
  const available = window.end - window.next;
  let count = Math.min(subscription.capacity, available);
  const sharers = channel.subscriptions.length;
  if (sharers > 1) count = Math.min(count, Math.ceil(available / sharers), sharedRunMax);
  return Math.min(window.next + window.room(count), slab.endSeq);
}

function hold(
  channel: Channel,
  window: Window,
  first: number,
  end: number,
  subscription: Subscription,
): void {
  const count = end - first;
  const { time } = channel.broker;
  window.give(end, subscription.number);
  subscription.inFlight += count;
  subscription.messageCount += count;
  channel.heldInWindows += count;
  channel.deliverCount += count;
  let queue = channel.runs.get(subscription.msgTimeoutMs);
  if (queue === undefined) {
    queue = new RunQueue(subscription.msgTimeoutMs);
    channel.runs.set(subscription.msgTimeoutMs, queue);
  }
  queue.push(window, first, end, subscription, time.nowMs + subscription.msgTimeoutMs);
  channel.watchTime();
}

function noteDelivered(
  channel: Channel,
  window: Window,
  first: number,
  end: number,
  subscription: Subscription,
): void {
  const { time, audit } = channel.broker;
  if (audit === null) return;
  const { identity } = subscription.consumer;
  audit.record(auditKinds.deliver, channel, identity, window.log.id, first, end - first, 1, 0, time.wallMs);
}

function write(subscription: Subscription, frames: Uint8Array, slab: Slab | null): void {
  if (!subscription.consumer.write(frames, slab)) subscription.blocked = true;
}

/** NSQ's sample_rate: of a run, (rate + 1) % are written; the others are finished unseen. */
function writeSample(
  channel: Channel,
  window: Window,
  slab: Slab,
  first: number,
  end: number,
  subscription: Subscription,
): void {
  for (let seq = first; seq < end; seq++) {
    if (isSampled(channel, subscription)) {
      noteDelivered(channel, window, seq, seq + 1, subscription);
      write(subscription, slab.bytes.subarray(slab.offsetOf(seq), slab.offsetOf(seq + 1)), slab);
      continue;
    }
    window.clear(seq);
    channel.heldInWindows--;
    channel.deliverCount--;
    subscription.inFlight--;
    subscription.messageCount--;
  }
  window.advance();
}

function isSampled(channel: Channel, subscription: Subscription): boolean {
  return Math.floor(channel.broker.random() * 100) <= subscription.sampleRate;
}

/** Hands waiting exceptions to one consumer; false when nothing could be. */
function redeliver(channel: Channel): boolean {
  const { exceptions } = channel;
  if (exceptions.queued === 0) return false;
  const subscription = pick(channel);
  if (subscription === undefined) return false;
  const batch: Exception[] = [];
  let bytes = 0;
  const most = Math.min(subscription.capacity, redeliveriesMax);
  let fetched = false;
  while (batch.length < most && bytes < redeliveryBytesMax) {
    const exception = exceptions.takeWaiting();
    if (exception === undefined) break;
    if (exception.log.durable && !channel.broker.mayHandOut()) {
      exceptions.untake(exception);
      break;
    }
    if (exception.frame === null) {
      if (!fetchFrame(channel, exception)) {
        exceptions.untake(exception);
        break;
      }
      fetched = true;
    } else if (subscription.sampleRate > 0 && !isSampled(channel, subscription)) {
      exceptions.remove(exception);
    } else {
      batch.push(exception);
      bytes += exception.frame.length;
    }
  }
  if (batch.length > 0) writeAgain(channel, subscription, batch, bytes);
  return batch.length > 0 || fetched;
}

function writeAgain(
  channel: Channel,
  subscription: Subscription,
  batch: readonly Exception[],
  bytes: number,
): void {
  const frames = Buffer.allocUnsafe(bytes);
  const { time, audit } = channel.broker;
  let at = 0;
  for (const exception of batch) {
    const { frame, log, seq } = exception;
    frame!.copy(frames, at);
    channel.exceptions.countDelivery(exception);
    frames.writeUInt16BE(exception.attempts, at + attemptsOffset);
    at += frame!.length;
    channel.exceptions.hold(exception, subscription, time.nowMs, time.nowMs + subscription.msgTimeoutMs);
    const { identity } = subscription.consumer;
    audit?.record(auditKinds.deliver, channel, identity, log.id, seq, 1, exception.attempts, 0, time.wallMs);
  }
  subscription.inFlight += batch.length;
  subscription.messageCount += batch.length;
  channel.heldAsExceptions += batch.length;
  channel.deliverCount += batch.length;
  channel.watchTime();
  write(subscription, frames, null);
}
