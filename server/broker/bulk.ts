/**
 * What an operator does to many messages of a channel at once (JB8): those that consumers hold, or that are due later, wait
 * to be handed out from now on. A consumer's late answer finds nothing in flight, as after a timeout.
 */
import { auditKinds } from "./audit-ring.ts";
import { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import { messageId } from "./frame.ts";
import { toException } from "./held.ts";
import type { ClientIdentity } from "./ports.ts";
import type { Topic } from "./topic.ts";
import type { Window } from "./window.ts";

export const queueStates = ["in-flight", "deferred", "both"] as const;
export type QueueState = (typeof queueStates)[number];

export interface BulkFilter {
  readonly state: QueueState;
  /** Deliveries so far, at least. */
  readonly attemptsMin: number;
  /** Wall clock: what was handed out later is left alone, so that nothing is taken back twice. */
  readonly heldBeforeMs: number;
}

/** One of what would be acted on, for people to look at. */
export interface MessageSample {
  readonly id: string;
  readonly state: "waiting" | "in-flight" | "deferred";
  readonly attempts: number;
  /** Wall clock; null: not known without asking the store. */
  readonly publishedAtMs: number | null;
  readonly dueAtMs: number | null;
}

const samplesMax = 10;
/** Messages looked at for samples. */
const lookedAtMax = 1_000;

/**
 * @param by whom the audit names; null: nobody
 * @returns how many there were, and of those `limit` at most wait from now on
 */
export function requeueNow(
  channel: Channel,
  filter: BulkFilter,
  limit: number,
  by: ClientIdentity | null,
): { messages: number; done: number } {
  const { broker } = channel;
  let messages = 0;
  let done = 0;
  for (const [window, seq] of heldInWindows(channel, filter)) {
    messages++;
    if (done >= limit) continue;
    done++;
    putBack(channel, toException(channel, window, seq, window.ownerOf(seq)), by);
  }
  const heldBeforeMs = broker.monotonicOf(filter.heldBeforeMs);
  for (const exception of [...channel.exceptions]) {
    if (!matches(exception, filter, heldBeforeMs)) continue;
    messages++;
    if (done >= limit) continue;
    done++;
    putBack(channel, exception, by);
  }
  if (done > 0) channel.markDirty();
  return { messages, done };
}

/** Ten at most, those first that would be handed out first. */
export function samplesOf(place: Channel | Topic, filter: BulkFilter | null): MessageSample[] {
  const samples: MessageSample[] = [];
  if (!(place instanceof Channel)) {
    for (const { log, from, to } of [...place.pending, ...ownRange(place)])
      for (let seq = from; seq < to && samples.length < samplesMax; seq++)
        samples.push(sampleOf(log.id, seq, "waiting", 0, log.wallMsAt(seq), null));
    return samples;
  }
  const { broker, exceptions } = place;
  if (filter === null || filter.state !== "deferred") {
    for (const [{ log }, seq] of heldInWindows(place, filter ?? everything)) {
      if (samples.length >= samplesMax) return samples;
      samples.push(sampleOf(log.id, seq, "in-flight", 1, log.wallMsAt(seq), null));
    }
  }
  const heldBeforeMs = filter === null ? Number.POSITIVE_INFINITY : broker.monotonicOf(filter.heldBeforeMs);
  let looked = 0;
  for (const exception of exceptions) {
    if (samples.length >= samplesMax || looked++ >= lookedAtMax) break;
    if (filter !== null && !matches(exception, filter, heldBeforeMs)) continue;
    const { log, seq, state, attempts, atMs } = exception;
    const shown = state === "held" ? "in-flight" : state === "deferred" ? "deferred" : "waiting";
    const dueAtMs = state === "deferred" ? Math.round(broker.wallOf(atMs)) : null;
    samples.push(sampleOf(log.id, seq, shown, attempts, log.wallMsAt(seq), dueAtMs));
  }
  for (const { log, next, end } of filter === null ? place.windows : [])
    for (let seq = next; seq < end && samples.length < samplesMax; seq++)
      samples.push(sampleOf(log.id, seq, "waiting", 0, log.wallMsAt(seq), null));
  return samples;
}

const everything: BulkFilter = {
  state: "both",
  attemptsMin: 0,
  heldBeforeMs: Number.POSITIVE_INFINITY,
};

function* heldInWindows(channel: Channel, filter: BulkFilter): Generator<[Window, number]> {
  // In a window each has been delivered once.
  if (filter.state === "deferred" || filter.attemptsMin > 1) return;
  const heldBeforeMs = channel.broker.monotonicOf(filter.heldBeforeMs);
  for (const window of [...channel.windows]) {
    for (let seq = window.low; seq < window.next; seq++) {
      if (window.ownerOf(seq) !== 0 && heldSinceMs(channel, window, seq) <= heldBeforeMs) yield [window, seq];
    }
  }
}

function heldSinceMs(channel: Channel, window: Window, seq: number): number {
  for (const [timeoutMs, queue] of channel.runs) {
    const deadlineMs = queue.deadlineOf(window, seq);
    if (deadlineMs !== undefined) return deadlineMs - timeoutMs;
  }
  return 0;
}

function matches(exception: Exception, filter: BulkFilter, heldBeforeMs: number): boolean {
  const { state, attempts, heldSinceMs } = exception;
  if (attempts < filter.attemptsMin) return false;
  if (state === "held") return filter.state !== "deferred" && heldSinceMs <= heldBeforeMs;
  return state === "deferred" && filter.state !== "in-flight";
}

/** What is held or deferred waits from now on. `by`: whom the audit names; null: nobody. */
export function putBack(channel: Channel, exception: Exception, by: ClientIdentity | null): void {
  letGo(channel, exception);
  channel.requeueCount++;
  const { log, seq, attempts } = exception;
  const { audit, time } = channel.broker;
  audit?.record(auditKinds.requeue, channel, by, log.id, seq, 1, attempts, 0, time.wallMs);
  channel.exceptions.wait(exception);
  channel.notes?.changed(exception);
}

/** Whoever holds it holds one less. */
export function letGo(channel: Channel, { owner, state }: Exception): void {
  if (state !== "held") return;
  if (owner !== null) owner.inFlight--;
  channel.heldAsExceptions--;
}

function ownRange({ log }: Topic) {
  return log === null ? [] : [{ log, from: log.handedTo, to: log.tail }];
}

function sampleOf(
  logId: number,
  seq: number,
  state: MessageSample["state"],
  attempts: number,
  publishedAtMs: number | null,
  dueAtMs: number | null,
): MessageSample {
  return { id: messageId(logId, seq), state, attempts, publishedAtMs, dueAtMs };
}
