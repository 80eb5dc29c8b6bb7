/** What a channel holds, message by message, for an operator who looks closer. Nothing is changed by it. */
import type { Channel } from "./channel.ts";
import type { Exception } from "./exceptions.ts";
import { frameHeaderBytes, frameTimeMs, frameWallMs } from "./frame.ts";
import type { Subscription } from "./subscription.ts";
import type { Window } from "./window.ts";

/** A message that is held. Times are the broker's: monotonic. */
export interface HeldMessage {
  readonly logId: number;
  readonly seq: number;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly atMs: number;
  /** null: who held it has gone. */
  readonly owner: Subscription | null;
  /** Its first delivery, in a run of this window; or it is owed by itself. */
  readonly from: Window | Exception;
}

/**
 * All that is in flight, in no order of time. May be taken bit by bit while the channel goes on: what is answered
 * meanwhile is left out, or not held any more when it is looked at.
 */
export function* heldMessages(channel: Channel): IterableIterator<HeldMessage> {
  const owners = new Map(channel.subscriptions.map((subscription) => [subscription.number, subscription]));
  let left = channel.heldAsExceptions;
  if (left > 0) {
    for (const exception of channel.exceptions) {
      if (exception.state !== "held") continue;
      const { log, seq, attempts, heldSinceMs, atMs, owner } = exception;
      const isHere = owner !== null && owners.get(owner.number) === owner;
      yield {
        ...{ logId: log.id, seq, attempts, sinceMs: heldSinceMs, atMs },
        owner: isHere ? owner : null,
        from: exception,
      };
      if (--left <= 0) break;
    }
  }
  for (const window of [...channel.windows]) {
    for (let seq = window.low; seq < window.next; seq++) {
      const number = window.ownerOf(seq);
      if (number === 0) continue;
      const owner = owners.get(number) ?? null;
      const due = deadlineOf(channel, window, seq, owner);
      if (due === null) continue;
      yield { logId: window.log.id, seq, attempts: 1, ...due, owner, from: window };
    }
  }
}

/** Whether it still is as it was yielded. */
export function isHeld({ from, seq }: HeldMessage): boolean {
  return "ownerOf" in from ? from.ownerOf(seq) !== 0 : from.state === "held";
}

export function deadlineOf(channel: Channel, window: Window, seq: number, owner: Subscription | null) {
  if (owner !== null) {
    const atMs = channel.runs.get(owner.msgTimeoutMs)?.deadlineOf(window, seq);
    return atMs === undefined ? null : { atMs, sinceMs: atMs - owner.msgTimeoutMs };
  }
  for (const [timeoutMs, queue] of channel.runs) {
    const atMs = queue.deadlineOf(window, seq);
    if (atMs !== undefined) return { atMs, sinceMs: atMs - timeoutMs };
  }
  return null;
}

/**
 * What is deferred, soonest due first, in one go.
 * @param looksMax those held are among them in the same order, so that it may end before there are `most`
 */
export function soonestDeferred(
  channel: Channel,
  most: number,
  looksMax: number,
): { readonly found: readonly Exception[]; readonly cut: boolean } {
  const found: Exception[] = [];
  let looks = 0;
  for (const exception of channel.exceptions.timed.inOrder()) {
    if (found.length === most) break;
    if (++looks > looksMax) return { found, cut: true };
    if (exception.state === "deferred") found.push(exception);
  }
  return { found, cut: false };
}

/** Size of the body and wall time of the publish; nulls while the frame is not in memory. */
export function bodyOf(from: Window | Exception, seq: number) {
  if ("ownerOf" in from) {
    const slab = from.slabAt(seq);
    if (slab === undefined) return { bytes: null, publishedAtMs: null };
    const at = slab.offsetOf(seq);
    const bytes = slab.offsetOf(seq + 1) - at - frameHeaderBytes;
    return { bytes, publishedAtMs: frameWallMs(slab.view, at) };
  }
  const { frame } = from;
  if (frame === null) return { bytes: null, publishedAtMs: null };
  return { bytes: frame.length - frameHeaderBytes, publishedAtMs: frameTimeMs(frame) };
}
