import { type EventRow, idAfter, type TraceEventKind } from "../../../server/console/contract/index.ts";

/** A message, as far as the events that were found tell. */
export interface MessageRow {
  readonly id: string;
  readonly topic: string;
  readonly channels: readonly string[];
  /** The newest of its events here. */
  readonly last: TraceEventKind;
  readonly lastAtMs: number;
  readonly firstAtMs: number;
  readonly events: number;
  /** The most of them; null: none says. */
  readonly attempts: number | null;
}

/** Messages named one by one out of one run; of a longer one the first are. */
const runMessagesMax = 100;
export const messagesMax = 2_000;

/** Events by message, the one with the newest event first. `left`: messages of long runs that are not named. */
export function byMessage(events: readonly EventRow[]): {
  readonly messages: readonly MessageRow[];
  readonly left: number;
} {
  const messages = new Map<string, MessageRow>();
  let left = 0;
  for (const event of events) {
    const many = Math.min(event.count, runMessagesMax);
    left += event.count - many;
    for (let n = 0; n < many; n++) {
      const id = idAfter(event.id, n);
      const known = messages.get(id);
      if (known === undefined && messages.size >= messagesMax) left++;
      else messages.set(id, withEvent(known, id, event));
    }
  }
  return { messages: [...messages.values()], left };
}

function withEvent(known: MessageRow | undefined, id: string, event: EventRow): MessageRow {
  const { topic, channel, kind, atMs, attempts } = event;
  if (known === undefined)
    return {
      ...{ id, topic, last: kind, lastAtMs: atMs, firstAtMs: atMs, events: 1, attempts },
      channels: channel === null ? [] : [channel],
    };
  return {
    ...known,
    firstAtMs: Math.min(known.firstAtMs, atMs),
    events: known.events + 1,
    attempts: attempts === null ? known.attempts : Math.max(known.attempts ?? 0, attempts),
    channels:
      channel === null || known.channels.includes(channel) ? known.channels : [...known.channels, channel],
  };
}
