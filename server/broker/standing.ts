/** Where one message stands now, in its topic and in each channel, for whoever looks. Nothing is changed by it. */
import type { Channel } from "./channel.ts";
import { deadlineOf } from "./inspection.ts";
import type { Log } from "./log.ts";
import type { Subscription } from "./subscription.ts";
import type { Topic } from "./topic.ts";

/** Times are the broker's: monotonic. */
export type Standing =
  /** `ahead`: messages that wait before it, about; null: it was given back, and those take turns with new ones. */
  | { readonly state: "waiting"; readonly attempts: number; readonly ahead: number | null }
  /** `owner` null: who held it has gone, and it waits for its timeout. */
  | {
      readonly state: "in-flight";
      readonly attempts: number;
      readonly atMs: number;
      readonly owner: Subscription | null;
    }
  | { readonly state: "deferred"; readonly attempts: number; readonly atMs: number }
  /** The channel does not owe it: it was finished there or dropped, or was there before the channel. */
  | { readonly state: "not-owed" }
  /** It may be among those that only the schedule has. */
  | { readonly state: "unknown" };

/** It has not left its topic: there is no channel, the topic is paused, or it is not committed. */
export function isInTopic({ pending, deferred }: Topic, log: Log, seq: number): boolean {
  return (
    seq >= log.handedTo ||
    pending.some((range) => range.log === log && range.from <= seq && seq < range.to) ||
    deferred.pending.some((one) => one.log === log && one.seq === seq)
  );
}

/** Of a log that is stored before it is handed out: whether the store has it; null: it is no such log, or not kept in it. */
export function isCommitted({ storesFirst, storedTo, residentFrom }: Log, seq: number): boolean | null {
  if (!storesFirst) return null;
  return seq < storedTo ? true : seq < residentFrom ? null : false;
}

export function standingOf(channel: Channel, log: Log, seq: number): Standing {
  const exception = channel.exceptions.get(log, seq);
  if (exception !== undefined) {
    const { state, attempts, atMs, owner } = exception;
    if (state === "deferred") return { state, attempts, atMs };
    if (state !== "held") return { state: "waiting", attempts, ahead: null };
    return { state: "in-flight", attempts, atMs, owner: present(channel, owner) };
  }
  let ahead = channel.exceptions.waitingCount;
  for (const window of channel.windows) {
    if (window.log === log) {
      const number = window.ownerOf(seq);
      if (number !== 0) {
        const owner = channel.subscriptions.find((one) => one.number === number) ?? null;
        const due = deadlineOf(channel, window, seq, owner);
        if (due !== null) return { state: "in-flight", attempts: 1, atMs: due.atMs, owner };
      }
      if (seq >= window.next && seq < window.end)
        return { state: "waiting", attempts: 0, ahead: ahead + seq - window.next };
    }
    ahead += window.waiting;
  }
  return channel.scheduledCount > 0 ? { state: "unknown" } : { state: "not-owed" };
}

function present(channel: Channel, owner: Subscription | null): Subscription | null {
  return owner !== null && channel.subscriptions.includes(owner) ? owner : null;
}
