/** I6: what an old epoch writes takes no effect, and what was taken from a node it soon stops delivering. */
import { type DeliverEvent, type HistoryEvent, logOf, nsPerMs } from "../event.ts";
import type { History } from "../history.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const singleOwner: Invariant = {
  id: "I6",
  promise: "no write of an old epoch takes effect, epochs only grow, and a log is delivered by its owner",
  decide(history) {
    const findings: Finding[] = [];
    let judged = fences(history, findings);
    const messages = owners(history, findings);
    judged += messages;
    return { judged, findings };
  },
};

/** In the store's order: what it let through, against the epoch the row was at. */
function fences(history: History, findings: Finding[]): number {
  const current = new Map<string, { epoch: number; event: HistoryEvent }>();
  let judged = 0;
  for (const event of history.fences) {
    if (event.kind !== "ok") continue;
    const row = event.op === "adopt" ? event.of : event.node;
    const { epoch } = event;
    if (epoch === undefined) continue;
    judged++;
    const known = current.get(row);
    const isBump = event.op !== "commit";
    if (known && (isBump ? epoch < known.epoch : epoch !== known.epoch)) {
      const why = isBump
        ? `the epoch of ${row} went from ${known.epoch} to ${epoch}`
        : `${row} wrote under epoch ${epoch} when it was at ${known.epoch}`;
      findings.push({ why, events: [known.event, event] });
    }
    if (isBump || !known) current.set(row, { epoch: Math.max(epoch, known?.epoch ?? 0), event });
  }
  return judged;
}

function owners(history: History, findings: Finding[]): number {
  let judged = 0;
  if (history.owners.size === 0) return 0;
  for (const { message, channel, story } of stories(history)) {
    for (const delivery of story.deliveries) {
      const known = ownersOf(history, delivery);
      if (known === null) continue;
      judged++;
      if (known.includes(delivery.node)) continue;
      const why = `${delivery.node} delivered ${message.uid}, of a log that is ${known.join(" or ") || "nobody"}'s`;
      findings.push({ why, message, channel });
    }
  }
  return judged;
}

/** Who had the log when the message came, or not longer than a lease before; null: nobody knows. */
function ownersOf(history: History, { msgid, t }: DeliverEvent): string[] | null {
  const owns = history.owners.get(logOf(msgid));
  if (!owns) return null;
  const { promises, skewNs } = history;
  const names: string[] = [];
  for (const [index, { node, t: from }] of owns.entries()) {
    const to = owns[index + 1]?.t ?? Number.POSITIVE_INFINITY;
    if (from <= t + skewNs && t <= to + promises.leaseTtlMs * nsPerMs + skewNs) names.push(node);
  }
  return names;
}
