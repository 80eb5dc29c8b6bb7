/** I5: what was finished stays finished, but for what a crash may undo. */
import type { AnswerEvent, DeliverEvent } from "../event.ts";
import type { History, Story } from "../history.ts";
import { isSameTenure } from "./attempts.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const finishedStays: Invariant = {
  id: "I5",
  promise: "what was finished comes again only if its node was lost before the next flush was due",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const { message, channel, story } of stories(history)) {
      for (const finish of story.answers) {
        if (finish.op !== "finish" || finish.kind !== "ok") continue;
        // Said to a node that had stood still and did not know yet that it is another's.
        if (!history.isOwner(finish.node, finish.msgid, finish.t)) continue;
        judged++;
        const late = redelivered(history, story, finish);
        if (late === undefined || isInWindow(history, finish, late)) continue;
        const why = `${message.uid} was finished on ${channel}, and came again from ${late.node}`;
        findings.push({ why, message, channel });
      }
    }
    return { judged, findings };
  },
};

/** The first delivery after a FIN. One of the same tenure with a lower number was only seen late. */
function redelivered(history: History, { deliveries }: Story, finish: AnswerEvent): DeliverEvent | undefined {
  if (deliveries.length < 2) return undefined;
  const ofIt = deliveries.filter(({ msgid }) => msgid === finish.msgid);
  const finished = ofIt.findLast(
    ({ node, proc, t }) => node === finish.node && proc === finish.proc && t <= finish.t,
  );
  return ofIt.find((delivery) => {
    if (delivery === finished || delivery.t <= finish.t + history.skewNs) return false;
    const isSame = finished && isSameTenure(history, finished, delivery);
    return !isSame || delivery.attempt > finished.attempt;
  });
}

function isInWindow({ nodes, promises }: History, finish: AnswerEvent, late: DeliverEvent): boolean {
  return nodes
    .handovers(finish.node, finish.t, late.t)
    .some(
      (lostAt) =>
        nodes.availableMs(finish.node, finish.t, lostAt) <= promises.flushWindowMs + promises.skewMs,
    );
}
