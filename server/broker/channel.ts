/**
 * A channel: windows on the logs of its topic, exceptions, and who shares them.
 *
 * Every message of the channel is in exactly one place (C1): ahead of a window's
 * `next` (waiting), held in a window, an exception, or finished.
 */
import { auditKinds } from "./audit-ring.ts";
import type { Broker } from "./broker.ts";
import type { ChannelCheckpoint } from "./checkpoint.ts";
import { pump } from "./dispatch.ts";
import { Exception, Exceptions } from "./exceptions.ts";
import { frameTimeMs } from "./frame.ts";
import type { Log } from "./log.ts";
import { isEphemeral } from "./names.ts";
import type { Consumer } from "./ports.ts";
import type { RunQueue } from "./runs.ts";
import { type Refusal, Subscription, type SubscriptionSettings } from "./subscription.ts";
import type { Topic } from "./topic.ts";
import { Window } from "./window.ts";

/** Looked at for the age of the oldest message. */
const exceptionsSeenMax = 64;

export class Channel {
  readonly broker: Broker;
  readonly topic: Topic;
  readonly name: string;
  readonly topicName: string;
  readonly channelName: string;
  readonly ephemeral: boolean;
  readonly subscriptions: Subscription[] = [];
  readonly exceptions: Exceptions;
  /** One per timeout value in use. */
  readonly runs = new Map<number, RunQueue>();
  /** In order of use; the first is the one being handed out, but for held messages of older ones before it. */
  windows: Window[] = [];
  paused = false;
  deleted = false;
  /** Where the last subscription was found that got something. */
  turn = 0;
  /** Requeued messages and new runs alternate; this says whose turn it is. */
  redeliverNext = true;
  /** Reads under way for frames of single exceptions. */
  fetching = 0;
  /** The store could not answer: it is not asked again before the next tick. */
  storeAway = false;
  /** Held in windows; held exceptions are in `exceptions`. */
  heldInWindows = 0;
  heldAsExceptions = 0;
  messageCount = 0;
  deliverCount = 0;
  finishCount = 0;
  requeueCount = 0;
  timeoutCount = 0;
  /** Messages that were in the store and are not there any more. */
  lostCount = 0;
  #dirty = false;
  #timed = false;
  #windowsMade = 0;

  constructor(broker: Broker, topic: Topic, name: string) {
    this.broker = broker;
    this.topic = topic;
    this.name = name;
    this.topicName = topic.name;
    this.channelName = name;
    this.ephemeral = isEphemeral(name);
    this.exceptions = new Exceptions((bytes) => broker.chargeExceptions(bytes));
  }

  // -- what it has ------------------------------------------------------------------------------

  /** Waiting to be handed out; in flight and deferred are not in it. */
  get depth(): number {
    let depth = this.exceptions.waitingCount;
    for (const window of this.windows) depth += window.waiting;
    return depth;
  }

  /** Of the depth, what is not in memory. */
  get storedDepth(): number {
    let stored = 0;
    for (const window of this.windows) {
      stored += Math.max(0, Math.min(window.log.residentFrom, window.end) - window.next);
    }
    return stored;
  }

  /** What a genuine nsqd would say: the part of the depth beyond mem-queue-size, or out of memory if that is more. */
  get backendDepth(): number {
    return Math.max(0, this.depth - this.broker.options.memQueueSize, this.storedDepth);
  }

  get inFlightCount(): number {
    return this.heldInWindows + this.heldAsExceptions;
  }

  get deferredCount(): number {
    return this.exceptions.deferredCount;
  }

  /**
   * When the oldest message that waits or is held was published, milliseconds since 1970; null:
   * there is none, or it is not known. Of those owed one by one a few are looked at, the longest known.
   */
  get oldestWallMs(): number | null {
    let oldest = Number.POSITIVE_INFINITY;
    for (const window of this.windows) {
      if (window.low < window.end) oldest = Math.min(oldest, window.log.wallMsAt(window.low) ?? oldest);
    }
    let seen = 0;
    for (const { state, frame, log, seq } of this.exceptions) {
      if (seen++ === exceptionsSeenMax) break;
      if (state === "deferred") continue;
      const wallMs = frame === null ? log.wallMsAt(seq) : frameTimeMs(frame);
      oldest = Math.min(oldest, wallMs ?? oldest);
    }
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  // -- being read -------------------------------------------------------------------------------

  /** Adds sequences to hand out, behind what there is. */
  addRange(log: Log, from: number, to: number): void {
    this.windows.push(new Window(log, this.#windowsMade++, from, to));
  }

  /** Adds sequences that go out before what waits of the logs that are newer. */
  addBefore(
    ranges: readonly { readonly log: Log; readonly from: number; readonly to: number }[],
    isNewer: (log: Log) => boolean,
  ): void {
    if (ranges.length === 0) return;
    const newer = this.windows.filter((window) => isNewer(window.log));
    // What is held stays in front, closed: runs are searched in the order in which windows are used.
    this.windows = this.windows.filter((window) => !isNewer(window.log) || window.low < window.next);
    for (const { log, from, to } of ranges) this.addRange(log, from, to);
    for (const window of newer) this.windows.push(window.split(this.#windowsMade++));
  }

  /** Puts back what the store has of this channel. */
  restore(
    checkpoint: ChannelCheckpoint,
    logOf: (logId: number) => Log,
    dueIn: (dueMs: number) => number,
  ): void {
    const ranges = checkpoint.ranges.map(({ logId, from, to }) => ({ log: logOf(logId), from, to }));
    this.addBefore(ranges, () => true);
    const { logId, seq, attempts, dueMs } = checkpoint.exceptions;
    for (let i = 0; i < seq.length; i++) {
      const exception = new Exception(logOf(logId[i]!), seq[i]!, attempts[i]!, null, true);
      this.exceptions.add(exception);
      if (dueMs[i]! > 0) this.exceptions.defer(exception, dueIn(dueMs[i]!));
      else this.exceptions.wait(exception);
    }
    this.watchTime();
    this.markDirty();
  }

  defer(exception: Exception, dueMs: number): void {
    this.exceptions.add(exception);
    this.messageCount++;
    if (dueMs <= this.broker.time.nowMs) this.exceptions.wait(exception);
    else this.exceptions.defer(exception, dueMs);
    this.watchTime();
    this.markDirty();
  }

  subscribe(consumer: Consumer, settings: SubscriptionSettings): Subscription {
    const subscription = new Subscription(this, consumer, settings);
    this.subscriptions.push(subscription);
    return subscription;
  }

  leave(subscription: Subscription): void {
    const index = this.subscriptions.indexOf(subscription);
    if (index < 0) return;
    this.subscriptions.splice(index, 1);
    if (this.ephemeral && this.subscriptions.length === 0 && !this.deleted)
      this.topic.deleteChannel(this.name);
    else this.markDirty();
  }

  // -- NSQ's verbs ------------------------------------------------------------------------------

  finish(by: Subscription, logId: number, seq: number): Refusal | null {
    const windows = this.windows;
    for (let i = 0; i < windows.length; i++) {
      const window = windows[i]!;
      if (window.log.id !== logId) continue;
      const owner = window.ownerOf(seq);
      if (owner === by.number) {
        window.clear(seq);
        this.heldInWindows--;
        this.#finished(by, logId, seq, 1);
        return null;
      }
      if (owner !== 0) return "client does not own message";
    }
    const exception = this.#heldException(by, logId, seq);
    if (typeof exception === "string") return exception;
    this.exceptions.remove(exception);
    this.heldAsExceptions--;
    this.#finished(by, logId, seq, exception.attempts);
    return null;
  }

  requeue(by: Subscription, logId: number, seq: number, delayMs: number): Refusal | null {
    const exception = this.#take(by, logId, seq);
    if (typeof exception === "string") return exception;
    by.inFlight--;
    by.requeueCount++;
    this.requeueCount++;
    this.heldAsExceptions--;
    const { time, options, audit } = this.broker;
    const clampedMs = Math.min(delayMs, options.maxReqTimeoutMs);
    if (clampedMs === 0) this.exceptions.wait(exception);
    else this.exceptions.defer(exception, time.nowMs + clampedMs);
    audit?.record(
      auditKinds.requeue,
      this,
      by.consumer.identity,
      logId,
      seq,
      1,
      exception.attempts,
      clampedMs,
      time.wallMs,
    );
    this.markDirty();
    return null;
  }

  touch(by: Subscription, logId: number, seq: number): Refusal | null {
    const exception = this.#take(by, logId, seq);
    if (typeof exception === "string") return exception;
    const { time, options } = this.broker;
    const deadlineMs = Math.min(
      time.nowMs + by.msgTimeoutMs,
      exception.heldSinceMs + options.maxMsgTimeoutMs,
    );
    this.exceptions.hold(exception, by, exception.heldSinceMs, deadlineMs);
    return null;
  }

  // -- operators --------------------------------------------------------------------------------

  setPaused(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.markDirty();
  }

  /** Drops what waits, is in flight and is deferred. Later answers find nothing in flight. */
  empty(): number {
    const dropped = this.depth + this.inFlightCount + this.deferredCount;
    const { audit, time } = this.broker;
    for (const window of this.windows) {
      const { log, end } = window;
      for (let seq = window.low; seq < window.next; seq++) {
        if (window.ownerOf(seq) === 0) continue;
        audit?.record(auditKinds.drop, this, null, log.id, seq, 1, 1, 0, time.wallMs);
      }
      const { next, waiting } = window;
      if (waiting > 0) audit?.record(auditKinds.drop, this, null, log.id, next, waiting, 0, 0, time.wallMs);
      window.skipTo(Math.max(end, next));
    }
    for (const exception of this.exceptions) {
      const { log, seq, attempts } = exception;
      audit?.record(auditKinds.drop, this, null, log.id, seq, 1, attempts, 0, time.wallMs);
    }
    this.exceptions.clear();
    for (const queue of this.runs.values()) queue.clear();
    for (const subscription of this.subscriptions) subscription.inFlight = 0;
    this.heldInWindows = 0;
    this.heldAsExceptions = 0;
    this.markDirty();
    this.topic.tidy();
    return dropped;
  }

  /** For `Topic.deleteChannel`. Its subscribers' connections end. */
  delete(): void {
    this.deleted = true;
    this.empty();
    for (const window of this.windows) window.dropLoaded();
    this.windows = [];
    for (const subscription of [...this.subscriptions]) subscription.consumer.close();
    this.subscriptions.length = 0;
  }

  // -- time and turns ---------------------------------------------------------------------------

  /** Something changed: it is pumped at the end of the turn. */
  markDirty(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.broker.enqueueChannel(this);
  }

  pump(): void {
    this.#dirty = false;
    if (!this.deleted) pump(this);
  }

  /** Something of it has a deadline: the ticker looks at it until nothing has. */
  watchTime(): void {
    if (this.#timed) return;
    this.#timed = true;
    this.broker.watchTime(this);
  }

  /**
   * Takes back what is overdue and brings what is due, at most `messagesMax` of them.
   *
   * @returns how many they were
   */
  expire(nowMs: number, messagesMax: number): number {
    let left = messagesMax;
    for (const [timeoutMs, queue] of this.runs) {
      left -= queue.sweep(nowMs, left, this.#expireRun);
      if (queue.length === 0) this.runs.delete(timeoutMs);
    }
    const { timed } = this.exceptions;
    for (; left > 0; left--) {
      const exception = timed.first();
      if (!exception || exception.atMs > nowMs) break;
      if (exception.state === "held") this.#timedOut(exception);
      else this.exceptions.wait(exception);
      this.markDirty();
    }
    this.#timed = this.runs.size > 0 || timed.length > 0;
    return messagesMax - left;
  }

  /** Something of it has a deadline. */
  get isTimed(): boolean {
    return this.#timed;
  }

  /**
   * Makes exceptions of what is held in a window below `belowSeq`, so that the window
   * can move on. Deadlines stay what they were.
   */
  evictHeld(window: Window, belowSeq: number): void {
    for (let seq = window.low; seq < Math.min(belowSeq, window.next); seq++) {
      const owner = window.ownerOf(seq);
      if (owner !== 0) this.#toException(window, seq, owner);
    }
    window.advance();
  }

  readonly #expireRun = (window: Window, firstSeq: number, endSeq: number, owner: Subscription): void => {
    for (let seq = firstSeq; seq < endSeq; seq++) {
      if (window.ownerOf(seq) === owner.number) this.#timedOut(this.#toException(window, seq, owner.number));
    }
    this.markDirty();
  };

  #timedOut(exception: Exception): void {
    const { owner, log, seq, attempts } = exception;
    if (owner) owner.inFlight--;
    this.heldAsExceptions--;
    this.timeoutCount++;
    const { audit, time } = this.broker;
    audit?.record(
      auditKinds.timeout,
      this,
      owner?.consumer.identity ?? null,
      log.id,
      seq,
      1,
      attempts,
      0,
      time.wallMs,
    );
    this.exceptions.wait(exception);
  }

  #finished(by: Subscription, logId: number, seq: number, attempts: number): void {
    by.inFlight--;
    by.finishCount++;
    this.finishCount++;
    const { audit, time } = this.broker;
    audit?.record(auditKinds.finish, this, by.consumer.identity, logId, seq, 1, attempts, 0, time.wallMs);
    this.markDirty();
  }

  /** The message as an exception that `by` holds; REQ and TOUCH begin here. */
  #take(by: Subscription, logId: number, seq: number): Exception | Refusal {
    for (const window of this.windows) {
      if (window.log.id !== logId) continue;
      const owner = window.ownerOf(seq);
      if (owner === by.number) return this.#toException(window, seq, owner);
      if (owner !== 0) return "client does not own message";
    }
    return this.#heldException(by, logId, seq);
  }

  #heldException(by: Subscription, logId: number, seq: number): Exception | Refusal {
    const exception = this.exceptions.find(logId, seq);
    if (exception?.state !== "held") return "ID not in flight";
    return exception.owner === by ? exception : "client does not own message";
  }

  /** Moves a message held in a window to the exceptions, held by the same, with the same deadline. */
  #toException(window: Window, seq: number, owner: number): Exception {
    const slab = window.slabAt(seq);
    const stored = slab === undefined || seq < slab.storedSeq;
    // Short of memory, what the store has is read again when it is wanted.
    const isKept = slab !== undefined && !(stored && this.broker.pressure !== "none");
    const exception = new Exception(window.log, seq, 1, isKept ? slab.copyFrame(seq) : null, stored);
    window.clear(seq);
    this.heldInWindows--;
    this.heldAsExceptions++;
    this.exceptions.add(exception);
    const subscription = this.subscriptions.find((candidate) => candidate.number === owner) ?? null;
    const timeoutMs = subscription?.msgTimeoutMs;
    let deadlineMs: number | undefined;
    if (timeoutMs !== undefined) deadlineMs = this.runs.get(timeoutMs)?.deadlineOf(window, seq);
    else for (const queue of this.runs.values()) deadlineMs ??= queue.deadlineOf(window, seq);
    const { nowMs } = this.broker.time;
    this.exceptions.hold(
      exception,
      subscription,
      (deadlineMs ?? nowMs) - (timeoutMs ?? 0),
      deadlineMs ?? nowMs,
    );
    this.watchTime();
    return exception;
  }
}
