/**
 * A channel: windows on the logs of its topic, exceptions, and who shares them.
 *
 * Every message of the channel is in exactly one place (C1): ahead of a window's
 * `next` (waiting), held in a window, an exception, or finished.
 */
import { auditKinds } from "./audit-ring.ts";
import type { Broker } from "./broker.ts";
import type { ChannelNotes } from "./channel-notes.ts";
import { pump } from "./dispatch.ts";
import { type Exception, Exceptions } from "./exceptions.ts";
import { frameTimeMs } from "./frame.ts";
import { Latency } from "./latency.ts";
import type { Log } from "./log.ts";
import { isEphemeral } from "./names.ts";
import type { Consumer } from "./ports.ts";
import { tidy } from "./retention.ts";
import type { RunQueue } from "./runs.ts";
import { Subscription, type SubscriptionSettings } from "./subscription.ts";
import type { Topic } from "./topic.ts";
import { Window } from "./window.ts";

/** Looked at for the age of the oldest message. */
const exceptionsSeenMax = 64;

export class Channel {
  readonly broker: Broker;
  readonly topic: Topic;
  readonly name: string;
  /** With `channelName`: where it happened, as the audit has it (`AuditPlace`). */
  readonly topicName: string;
  readonly channelName: string;
  readonly ephemeral: boolean;
  readonly subscriptions: Subscription[] = [];
  readonly exceptions: Exceptions;
  /** From publish to FIN; null: not followed. */
  readonly latency: Latency | null;
  /** One per timeout value in use. */
  readonly runs = new Map<number, RunQueue>();
  /** In order of use; the first is the one being handed out, but for held messages of older ones before it. */
  windows: Window[] = [];
  /** What is to be written down of it; null: its topic has nothing durable. */
  notes: ChannelNotes | null = null;
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
  // -0, not 0: a double from the start. One that outgrows 32 bits would have the hot path compiled anew.
  messageCount = -0;
  deliverCount = -0;
  finishCount = -0;
  requeueCount = 0;
  timeoutCount = 0;
  /** Due so late that only the schedule has them. */
  scheduledCount = 0;
  /** Messages that were in the store and are not there any more. */
  lostCount = 0;
  #dirty = false;
  /** Something of it has a deadline. */
  timed = false;
  #windowsMade = 0;

  constructor(broker: Broker, topic: Topic, name: string) {
    this.broker = broker;
    this.topic = topic;
    this.name = name;
    this.topicName = topic.name;
    this.channelName = name;
    this.ephemeral = isEphemeral(name);
    const { latency } = broker.options;
    this.latency = latency === undefined || latency.quantiles.length === 0 ? null : new Latency(latency);
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
    return this.exceptions.deferredCount + this.scheduledCount;
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

  defer(exception: Exception, dueMs: number): void {
    this.exceptions.add(exception);
    this.messageCount++;
    if (dueMs <= this.broker.time.nowMs) this.exceptions.wait(exception);
    else this.exceptions.defer(exception, dueMs);
    this.watchTime();
    this.markDirty();
  }

  /** So many more, or fewer, are due so late that only the schedule has them. */
  countScheduled(count: number): void {
    this.scheduledCount = Math.max(0, this.scheduledCount + count);
    this.messageCount += count;
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
    this.scheduledCount = 0;
    if (this.notes !== null) this.broker.schedule?.dropAll(this.topicName, this.name);
    for (const queue of this.runs.values()) queue.clear();
    for (const subscription of this.subscriptions) subscription.inFlight = 0;
    this.heldInWindows = 0;
    this.heldAsExceptions = 0;
    this.markDirty();
    tidy(this.topic);
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
    if (this.deleted) return;
    pump(this);
    if (this.notes !== null) this.notes.touch();
  }

  /** Something of it has a deadline: the ticker looks at it until nothing has. */
  watchTime(): void {
    if (this.timed) return;
    this.timed = true;
    this.broker.watchTime(this);
  }
}
