/**
 * Messages a channel owes one by one: whatever did not go out in a run and come back
 * with a FIN. Each is in exactly one state (C2):
 *
 *   waiting    to be handed out again, in order of arrival
 *   held       by a subscription, until its deadline
 *   deferred   until it is due
 *
 * Its frame is a private copy, or null when only the store has it.
 */

import { poisonAttempts } from "../protocol/live.ts";
import type { ChannelNotes } from "./channel-notes.ts";
import { Deque } from "./deque.ts";
import { DueHeap, type HeapItem } from "./heap.ts";
import type { Log } from "./log.ts";
import type { Subscription } from "./subscription.ts";

const attemptsMax = 65_535;

/** What an exception costs beside its frame: object, map entry, heap slot. */
export const exceptionBytes = 160;

export class Exception implements HeapItem {
  readonly log: Log;
  readonly seq: number;
  /** Deliveries so far. */
  attempts: number;
  frame: Buffer | null;
  /** The store has its frame, in a run or loose. */
  readonly stored: boolean;
  /** The schedule has it, until it is finished. */
  isScheduled = false;
  state: "new" | "waiting" | "held" | "deferred" = "new";
  owner: Subscription | null = null;
  /** Held: when it began, for the cap on TOUCH. Deferred: when it was given back; 0: not known. */
  heldSinceMs = 0;
  /** Held: the deadline. Deferred: when it is due. Monotonic. */
  atMs = 0;
  heapIndex = -1;

  constructor(log: Log, seq: number, attempts: number, frame: Buffer | null, stored: boolean) {
    this.log = log;
    this.seq = seq;
    this.attempts = attempts;
    this.frame = frame;
    this.stored = stored;
  }
}

export class Exceptions {
  /** Held and deferred ones, by who is due next. */
  readonly timed = new DueHeap<Exception>();
  /** Waiting ones, but for those whose frame is being fetched. */
  readonly #queue = new Deque<Exception>();
  readonly #byLog = new Map<Log, Map<number, Exception>>();
  waitingCount = 0;
  deferredCount = 0;
  size = 0;
  /** Those that were delivered more than `poisonAttempts` times. */
  poisonCount = 0;
  /** Where changes of durable ones are noted; null: nobody asks. */
  notes: ChannelNotes | null = null;
  readonly #charge: (bytes: number) => void;

  /** @param charge told of every change in the bytes that exceptions take, so that one budget covers the broker */
  constructor(charge: (bytes: number) => void) {
    this.#charge = charge;
  }

  get(log: Log, seq: number): Exception | undefined {
    return this.#byLog.get(log)?.get(seq);
  }

  /** By the log's id, as a client names it. */
  find(logId: number, seq: number): Exception | undefined {
    for (const [log, messages] of this.#byLog) if (log.id === logId) return messages.get(seq);
    return undefined;
  }

  add(exception: Exception): void {
    let messages = this.#byLog.get(exception.log);
    if (!messages) {
      messages = new Map();
      this.#byLog.set(exception.log, messages);
    }
    messages.set(exception.seq, exception);
    this.size++;
    if (exception.attempts > poisonAttempts) this.poisonCount++;
    this.notes?.changed(exception);
    this.#charge(exceptionBytes + (exception.frame?.length ?? 0));
  }

  /** One that is in here goes out once more. */
  countDelivery(exception: Exception): void {
    if (exception.attempts >= attemptsMax) return;
    exception.attempts++;
    if (exception.attempts === poisonAttempts + 1) this.poisonCount++;
  }

  wait(exception: Exception): void {
    this.#leave(exception);
    exception.state = "waiting";
    exception.owner = null;
    this.#queue.push(exception);
    this.waitingCount++;
  }

  hold(exception: Exception, owner: Subscription | null, sinceMs: number, deadlineMs: number): void {
    this.#leave(exception);
    exception.state = "held";
    exception.owner = owner;
    exception.heldSinceMs = sinceMs;
    exception.atMs = deadlineMs;
    this.notes?.changed(exception);
    this.timed.add(exception);
  }

  defer(exception: Exception, dueMs: number): void {
    this.#leave(exception);
    exception.state = "deferred";
    exception.owner = null;
    exception.atMs = dueMs;
    this.notes?.changed(exception);
    this.timed.add(exception);
    this.deferredCount++;
  }

  /** Finished, or dropped. */
  remove(exception: Exception): void {
    this.#leave(exception);
    const messages = this.#byLog.get(exception.log);
    if (!messages?.delete(exception.seq)) return;
    if (messages.size === 0) this.#byLog.delete(exception.log);
    this.size--;
    if (exception.attempts > poisonAttempts) this.poisonCount--;
    if (this.notes !== null) this.notes.removed(exception);
    this.#charge(-exceptionBytes - (exception.frame?.length ?? 0));
  }

  /** Finished by somebody who does not hold it. One that waits is still queued: whoever takes it passes over it. */
  withdraw(exception: Exception): void {
    this.remove(exception);
    exception.state = "new";
    exception.frame = null;
  }

  /** Those of a log that is another node's by now, as they were. */
  removeLog(log: Log): Exception[] {
    const removed = this.of(log);
    if (removed.length === 0) return removed;
    for (const exception of removed) {
      // What the schedule has is whoever's the log is.
      exception.isScheduled = false;
      this.remove(exception);
    }
    const queued = [...this.#queue];
    this.#queue.clear();
    for (const exception of queued) if (exception.log !== log) this.#queue.push(exception);
    return removed;
  }

  setFrame(exception: Exception, frame: Buffer | null): void {
    this.#charge((frame?.length ?? 0) - (exception.frame?.length ?? 0));
    exception.frame = frame;
  }

  /** Takes the longest waiting one out of the queue; it counts as waiting until it is held. */
  takeWaiting(): Exception | undefined {
    let exception = this.#queue.shift();
    while (exception?.state === "new") exception = this.#queue.shift();
    return exception;
  }

  /** Puts one back that `takeWaiting` gave, where it was. */
  untake(exception: Exception): void {
    this.#queue.unshift(exception);
  }

  get queued(): number {
    return this.#queue.length;
  }

  clear(): void {
    this.notes?.touchAll();
    let bytes = 0;
    for (const exception of this) bytes += exceptionBytes + (exception.frame?.length ?? 0);
    this.#charge(-bytes);
    this.#byLog.clear();
    this.#queue.clear();
    this.timed.clear();
    this.waitingCount = 0;
    this.deferredCount = 0;
    this.size = 0;
    this.poisonCount = 0;
  }

  /** Those of one log. */
  of(log: Log): Exception[] {
    return [...(this.#byLog.get(log)?.values() ?? [])];
  }

  /** The lowest sequence of a log that is still owed; undefined when none is. */
  lowest(log: Log): number | undefined {
    let lowest: number | undefined;
    for (const seq of this.#byLog.get(log)?.keys() ?? [])
      if (lowest === undefined || seq < lowest) lowest = seq;
    return lowest;
  }

  *[Symbol.iterator](): IterableIterator<Exception> {
    for (const messages of this.#byLog.values()) yield* messages.values();
  }

  #leave(exception: Exception): void {
    if (exception.state === "waiting") this.waitingCount--;
    else if (exception.state === "deferred") this.deferredCount--;
    this.timed.remove(exception);
  }
}
