/**
 * What a channel's consumers hold, and how it comes back: FIN, REQ and TOUCH of those who
 * hold it, deadlines of those who do not answer. A message that comes back any
 * other way than by FIN leaves its window and becomes an exception (C2).
 */
import { auditKinds } from "./audit-ring.ts";
import type { Channel } from "./channel.ts";
import { Exception } from "./exceptions.ts";
import { noteExceptionFinished, noteFinished } from "./latency.ts";
import { scheduleFromMs } from "./schedule.ts";
import type { Refusal, Subscription } from "./subscription.ts";
import type { Window } from "./window.ts";

export function finish(channel: Channel, by: Subscription, logId: number, seq: number): Refusal | null {
  const windows = channel.windows;
  for (let i = 0; i < windows.length; i++) {
    const window = windows[i]!;
    if (window.log.id !== logId) continue;
    const owner = window.ownerOf(seq);
    if (owner === by.number) {
      if (channel.latency !== null) noteFinished(channel, channel.latency, window, seq);
      window.clear(seq);
      channel.heldInWindows--;
      finished(channel, by, logId, seq, 1);
      return null;
    }
    if (owner !== 0) return "client does not own message";
  }
  const exception = heldException(channel, by, logId, seq);
  if (typeof exception === "string") return exception;
  if (channel.latency !== null) noteExceptionFinished(channel, channel.latency, exception);
  channel.exceptions.remove(exception);
  channel.heldAsExceptions--;
  finished(channel, by, logId, seq, exception.attempts);
  return null;
}

export function requeue(
  channel: Channel,
  by: Subscription,
  logId: number,
  seq: number,
  delayMs: number,
): Refusal | null {
  const exception = take(channel, by, logId, seq);
  if (typeof exception === "string") return exception;
  by.inFlight--;
  by.requeueCount++;
  channel.requeueCount++;
  channel.heldAsExceptions--;
  const { time, options, audit } = channel.broker;
  const clampedMs = Math.min(delayMs, options.maxReqTimeoutMs);
  exception.heldSinceMs = time.nowMs;
  if (clampedMs === 0) channel.exceptions.wait(exception);
  else channel.exceptions.defer(exception, time.nowMs + clampedMs);
  if (clampedMs >= scheduleFromMs) channel.notes?.deferredLong(exception);
  audit?.record(
    auditKinds.requeue,
    channel,
    by.consumer.identity,
    logId,
    seq,
    1,
    exception.attempts,
    clampedMs,
    time.wallMs,
  );
  channel.markDirty();
  return null;
}

export function touch(channel: Channel, by: Subscription, logId: number, seq: number): Refusal | null {
  const exception = take(channel, by, logId, seq);
  if (typeof exception === "string") return exception;
  extend(channel, exception, by);
  return null;
}

/** It stays with its holder for the holder's timeout from now on. False: it has been held as long as may be already. */
export function extend({ broker, exceptions }: Channel, held: Exception, holder: Subscription): boolean {
  const { time, options } = broker;
  const { heldSinceMs, atMs } = held;
  const deadlineMs = Math.min(time.nowMs + holder.msgTimeoutMs, heldSinceMs + options.maxMsgTimeoutMs);
  exceptions.hold(held, holder, heldSinceMs, deadlineMs);
  return deadlineMs > atMs;
}

/**
 * Takes back what is overdue and brings what is due, at most `messagesMax` of them.
 *
 * @returns how many they were
 */
export function expire(channel: Channel, nowMs: number, messagesMax: number): number {
  let left = messagesMax;
  for (const [timeoutMs, queue] of channel.runs) {
    left -= queue.sweep(nowMs, left, (window, firstSeq, endSeq, owner) =>
      expireRun(channel, window, firstSeq, endSeq, owner),
    );
    if (queue.length === 0) channel.runs.delete(timeoutMs);
  }
  const { timed } = channel.exceptions;
  for (; left > 0; left--) {
    const exception = timed.first();
    if (!exception || exception.atMs > nowMs) break;
    if (exception.state === "held") timedOut(channel, exception);
    else channel.exceptions.wait(exception);
    channel.markDirty();
  }
  channel.timed = channel.runs.size > 0 || timed.length > 0;
  return messagesMax - left;
}

/**
 * Makes exceptions of what is held in a window below `belowSeq`, so that the window
 * can move on. Deadlines stay what they were.
 */
export function evictHeld(channel: Channel, window: Window, belowSeq: number): void {
  for (let seq = window.low; seq < Math.min(belowSeq, window.next); seq++) {
    const owner = window.ownerOf(seq);
    if (owner !== 0) toException(channel, window, seq, owner);
  }
  window.advance();
}

function expireRun(
  channel: Channel,
  window: Window,
  firstSeq: number,
  endSeq: number,
  owner: Subscription,
): void {
  for (let seq = firstSeq; seq < endSeq; seq++) {
    if (window.ownerOf(seq) === owner.number)
      timedOut(channel, toException(channel, window, seq, owner.number));
  }
  channel.markDirty();
}

function timedOut(channel: Channel, exception: Exception): void {
  const { owner, log, seq, attempts } = exception;
  if (owner) {
    owner.inFlight--;
    owner.timeoutCount++;
  }
  channel.heldAsExceptions--;
  channel.timeoutCount++;
  const { audit, time } = channel.broker;
  audit?.record(
    auditKinds.timeout,
    channel,
    owner?.consumer.identity ?? null,
    log.id,
    seq,
    1,
    attempts,
    0,
    time.wallMs,
  );
  channel.exceptions.wait(exception);
}

function finished(channel: Channel, by: Subscription, logId: number, seq: number, attempts: number): void {
  by.inFlight--;
  by.finishCount++;
  channel.finishCount++;
  const { audit, time } = channel.broker;
  audit?.record(auditKinds.finish, channel, by.consumer.identity, logId, seq, 1, attempts, 0, time.wallMs);
  channel.markDirty();
}

/** The message as an exception that `by` holds; REQ and TOUCH begin here. */
function take(channel: Channel, by: Subscription, logId: number, seq: number): Exception | Refusal {
  for (const window of channel.windows) {
    if (window.log.id !== logId) continue;
    const owner = window.ownerOf(seq);
    if (owner === by.number) return toException(channel, window, seq, owner);
    if (owner !== 0) return "client does not own message";
  }
  return heldException(channel, by, logId, seq);
}

function heldException(channel: Channel, by: Subscription, logId: number, seq: number): Exception | Refusal {
  const exception = channel.exceptions.find(logId, seq);
  if (exception?.state !== "held") return "ID not in flight";
  return exception.owner === by ? exception : "client does not own message";
}

/** Moves a message held in a window to the exceptions, held by the same, with the same deadline. */
export function toException(channel: Channel, window: Window, seq: number, owner: number): Exception {
  const slab = window.slabAt(seq);
  const stored = slab === undefined || seq < slab.storedSeq;
  // Short of memory, what the store has is read again when it is wanted.
  const isKept = slab !== undefined && !(stored && channel.broker.pressure !== "none");
  const exception = new Exception(window.log, seq, 1, isKept ? slab.copyFrame(seq) : null, stored);
  window.clear(seq);
  channel.heldInWindows--;
  channel.heldAsExceptions++;
  channel.exceptions.add(exception);
  const subscription = channel.subscriptions.find((candidate) => candidate.number === owner) ?? null;
  const timeoutMs = subscription?.msgTimeoutMs;
  let deadlineMs: number | undefined;
  if (timeoutMs !== undefined) deadlineMs = channel.runs.get(timeoutMs)?.deadlineOf(window, seq);
  else for (const queue of channel.runs.values()) deadlineMs ??= queue.deadlineOf(window, seq);
  const { nowMs } = channel.broker.time;
  channel.exceptions.hold(
    exception,
    subscription,
    (deadlineMs ?? nowMs) - (timeoutMs ?? 0),
    deadlineMs ?? nowMs,
  );
  channel.watchTime();
  return exception;
}
