/** I3: every delivery after the first has a cause. */
import { type AuditEvent, type DeliverEvent, nsPerMs, type Promises } from "../event.ts";
import type { History, Message, Story } from "../history.ts";
import type { Finding, Invariant } from "./invariant.ts";

export type DuplicateCause = "requeue" | "timeout" | "gone" | "handover" | "retry";

export const duplicatesExplained: Invariant = {
  id: "I3",
  promise:
    "a message that comes again was requeued, timed out, lost its consumer or its node, or was published again",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const { message, channel, story } of stories(history)) {
      const invokes = message.publishes.filter(({ kind }) => kind === "invoke").length;
      const ids = new Set(story.deliveries.map(({ msgid }) => msgid)).size;
      judged += story.deliveries.length;
      if (invokes > 0 && ids > invokes) {
        const why = `${message.uid} was published ${invokes} times and is ${ids} messages`;
        findings.push({ why, message, channel });
      }
      for (const { delivery, cause } of again(history, story)) {
        if (cause !== null) continue;
        const why = `${message.uid} came again on ${channel} as attempt ${delivery.attempt}, for no reason`;
        findings.push({ why, message, channel });
      }
    }
    return { judged, findings };
  },
};

/** How often a message came again, by why; for people. */
export function countDuplicates(history: History): Record<DuplicateCause | "unexplained", number> {
  const counts = { requeue: 0, timeout: 0, gone: 0, handover: 0, retry: 0, unexplained: 0 };
  for (const { story } of stories(history)) {
    counts.retry += Math.max(0, new Set(story.deliveries.map(({ msgid }) => msgid)).size - 1);
    for (const { cause } of again(history, story)) counts[cause ?? "unexplained"]++;
  }
  return counts;
}

export function* stories(
  history: History,
): IterableIterator<{ message: Message; channel: string; story: Story }> {
  for (const message of history.messages.values()) {
    for (const [channel, story] of message.channels) yield { message, channel, story };
  }
}

function* again(
  history: History,
  story: Story,
): IterableIterator<{ delivery: DeliverEvent; cause: DuplicateCause | null }> {
  if (story.deliveries.length < 2) return;
  const before = new Map<string, DeliverEvent>();
  for (const delivery of story.deliveries) {
    const previous = before.get(delivery.msgid);
    before.set(delivery.msgid, delivery);
    if (previous) yield { delivery, cause: causeOf(history, story, previous, delivery) };
  }
}

function causeOf(
  history: History,
  { answers, audit }: Story,
  previous: DeliverEvent,
  delivery: DeliverEvent,
): DuplicateCause | null {
  const { nodes, skewNs, promises } = history;
  const from = previous.t - skewNs;
  const to = delivery.t + skewNs;
  const isBetween = (t: number) => t >= from && t <= to;
  const requeued = answers.some(
    ({ op, kind, msgid, t }) =>
      op === "requeue" && kind !== "fail" && msgid === delivery.msgid && isBetween(t),
  );
  if (requeued) return "requeue";
  if (nodes.handovers(previous.node, from, to).length > 0) return "handover";
  if ((history.gone.get(previous.proc) ?? []).some(isBetween)) return "gone";
  if (delivery.t - previous.t >= promises.msgTimeoutMs * nsPerMs - skewNs) return "timeout";
  return hasTimedOut(audit, delivery, previous.t - promises.msgTimeoutMs * nsPerMs, to, promises)
    ? "timeout"
    : null;
}

/**
 * Whoever saw a delivery may have seen it late. Its node wrote down when it handed the message out and when it took it back: that
 * it did so after the whole timeout, by one clock, and before it handed it out again.
 */
function hasTimedOut(
  audit: readonly AuditEvent[],
  { msgid, node }: DeliverEvent,
  from: number,
  to: number,
  { msgTimeoutMs }: Promises,
): boolean {
  let deliveredT: number | null = null;
  for (const row of audit) {
    if (row.msgid !== msgid || row.node !== node || row.t > to) continue;
    if (row.what === "deliver") deliveredT = row.t;
    else if (row.what === "timeout" && deliveredT !== null && row.t >= from)
      if (row.t - deliveredT >= msgTimeoutMs * nsPerMs) return true;
  }
  return false;
}
