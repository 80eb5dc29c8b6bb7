/** I4: the attempts a consumer sees are the deliveries there were, as far as anybody can have recorded them. */
import type { DeliverEvent } from "../event.ts";
import type { History, Story } from "../history.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

/** 16 bits on the wire: there they stay. */
const attemptsMax = 65_535;

export const attemptsCount: Invariant = {
  id: "I4",
  promise: "a node counts every delivery once, and who comes after it goes on from what was recorded",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const { message, channel, story } of stories(history)) {
      judged += story.deliveries.length;
      for (const why of [...counts(history, story), ...recorded(history, story)]) {
        findings.push({ why: `${message.uid} on ${channel}: ${why}`, message, channel });
      }
    }
    return { judged, findings };
  },
};

/** Within one tenure no number of a message comes twice, and none is left out while nobody's connection ended. */
function counts(history: History, { deliveries }: Story): string[] {
  const faults: string[] = [];
  const tenures = new Map<string, { last: DeliverEvent; seen: Set<number> }>();
  for (const delivery of deliveries) {
    const { attempt, msgid } = delivery;
    if (attempt < 1 || attempt > attemptsMax) faults.push(`attempt ${attempt} cannot be`);
    const before = tenures.get(msgid);
    const seen = before && isSameTenure(history, before.last, delivery) ? before.seen : new Set<number>();
    if (seen.has(attempt) && attempt !== attemptsMax) faults.push(`attempt ${attempt} came twice`);
    const isGap = seen.size > 0 && !seen.has(attempt - 1) && attempt > Math.min(...seen);
    if (isGap && attempt !== attemptsMax && !wasUnseen(history, delivery)) {
      faults.push(`attempt ${attempt} came without ${attempt - 1}`);
    }
    seen.add(attempt);
    tenures.set(msgid, { last: delivery, seen });
  }
  return faults;
}

/** Some consumer's connection ended before it: what was on its way there nobody saw. */
function wasUnseen({ gone, skewNs }: History, { t }: DeliverEvent): boolean {
  for (const times of gone.values()) if (times[0]! <= t + skewNs) return true;
  return false;
}

/** What was requeued long enough before its node lost it comes with a higher number from the next. */
function recorded(history: History, { deliveries, answers }: Story): string[] {
  const { nodes, promises, skewNs } = history;
  const faults: string[] = [];
  for (const requeue of answers) {
    if (requeue.op !== "requeue" || requeue.kind !== "ok") continue;
    const { msgid, node, t } = requeue;
    if (!history.isOwner(node, msgid, t)) continue;
    const taken = deliveries.findLast(
      (delivery) => delivery.msgid === msgid && delivery.proc === requeue.proc && delivery.t <= t,
    );
    const next = deliveries.find((delivery) => delivery.msgid === msgid && delivery.t > t + skewNs);
    if (!taken || !next) continue;
    const [lostAt] = nodes.handovers(node, t, next.t);
    if (lostAt === undefined) continue;
    const recordedMs = nodes.availableMs(node, t, lostAt) - promises.skewMs;
    if (recordedMs <= promises.flushWindowMs || next.attempt > taken.attempt) continue;
    faults.push(`attempt ${taken.attempt} was recorded, and ${next.attempt} came after it`);
  }
  return faults;
}

/** Whether one node had the message from the one delivery to the other, and did not lose what it had. */
export function isSameTenure({ nodes, skewNs }: History, one: DeliverEvent, other: DeliverEvent): boolean {
  return one.node === other.node && nodes.handovers(one.node, one.t - skewNs, other.t + skewNs).length === 0;
}
