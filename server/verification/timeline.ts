/** What shows a violation: a message's own events, and what happened to the nodes it met meanwhile. */
import { type HistoryEvent, logOf, nsPerMs } from "./event.ts";
import type { History, Message } from "./history.ts";
import type { Finding } from "./invariants/invariant.ts";

/** A message that was requeued for an hour has more; the first and the last tell it. */
const linesMax = 80;
/** Of the world around a message, from so long before its first event. */
const beforeNs = 50 * nsPerMs;

export function timelineOf(history: History, { message, channel, events }: Finding): HistoryEvent[] {
  if (!message) return shortened(events?.toSorted((a, b) => a.t - b.t) ?? []);
  const own = message.events.filter((event) => concerns(event, channel));
  const first = (own[0]?.t ?? 0) - beforeNs;
  const last = history.endT;
  const nodes = new Set(
    message.events.flatMap((event) => ("node" in event && event.node ? [event.node] : [])),
  );
  const logs = logsOf(message);
  const around = history.world.filter(
    (event) => event.t >= first && event.t <= last && matters(event, nodes, logs, message, channel),
  );
  return shortened([...own, ...around].sort((a, b) => a.t - b.t));
}

function concerns(event: HistoryEvent, channel: string | undefined): boolean {
  return channel === undefined || !("channel" in event) || event.channel === channel;
}

function matters(
  event: HistoryEvent,
  nodes: ReadonlySet<string>,
  logs: ReadonlySet<number>,
  { publishes }: Message,
  channel: string | undefined,
): boolean {
  switch (event.op) {
    case "run":
    case "phase":
    case "gauge":
      return false;
    case "own":
    case "ended":
      return logs.has(event.log);
    case "channel":
    case "remove":
    case "gone":
      return publishes.some(({ topic }) => topic === event.topic) && concerns(event, channel);
    case "adopt":
      return nodes.has(event.of) || nodes.has(event.node);
    default:
      return !("node" in event) || event.node === undefined || nodes.has(event.node);
  }
}

function logsOf(message: Message): Set<number> {
  const logs = new Set<number>();
  for (const { deliveries } of message.channels.values()) {
    for (const { msgid } of deliveries) logs.add(logOf(msgid));
  }
  return logs;
}

function shortened(events: readonly HistoryEvent[]): HistoryEvent[] {
  if (events.length <= linesMax) return [...events];
  return [...events.slice(0, linesMax / 2), ...events.slice(-linesMax / 2)];
}
