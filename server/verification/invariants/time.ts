/** I8: what is to wait waits, whatever clocks do. */
import { type AnswerEvent, type DeliverEvent, nsPerMs } from "../event.ts";
import type { History, Message, Story } from "../history.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const inTime: Invariant = {
  id: "I8",
  promise: "a deferred message does not come early, by DPUB or by REQ",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const { message, channel, story } of stories(history)) {
      const due = dueOf(message);
      const [first] = story.deliveries;
      if (due !== null && first) {
        judged++;
        const earlyMs = (due - first.t) / nsPerMs;
        if (earlyMs > history.promises.earlyMs) {
          const why = `${message.uid} was deferred and came ${earlyMs.toFixed(1)} ms early`;
          findings.push({ why, message, channel });
        }
      }
      judged += requeues(history, story, (why) =>
        findings.push({ why: `${message.uid} ${why}`, message, channel }),
      );
    }
    return { judged, findings };
  },
};

/** When one that was deferred may come first, of all attempts to publish it; null: it was not deferred. */
function dueOf({ publishes }: Message): number | null {
  const invokes = publishes.filter(({ kind }) => kind === "invoke");
  if (!invokes.some(({ deferMs }) => deferMs !== undefined)) return null;
  return Math.min(...invokes.map(({ t, deferMs = 0 }) => t + deferMs * nsPerMs));
}

/** A requeue that the node certainly took, and what came next of the same owner. */
function requeues(history: History, { answers, deliveries }: Story, found: (why: string) => void): number {
  let judged = 0;
  for (const answer of answers) {
    const { op, kind, proc, msgid, delayMs, t } = answer;
    if (op !== "requeue" || kind !== "ok" || !delayMs) continue;
    const sent = answers.findLast(
      (answer) =>
        answer.op === "requeue" &&
        answer.kind === "invoke" &&
        answer.msgid === msgid &&
        answer.proc === proc &&
        // What was answered late, another may have followed.
        answer.delayMs === delayMs &&
        answer.t <= t,
    );
    const from = sent?.t ?? t;
    const next = deliveries.find((delivery) => delivery.msgid === msgid && delivery.t > t);
    if (!next || !isKept(history, answer, next)) continue;
    judged++;
    const earlyMs = delayMs - (next.t - from) / nsPerMs;
    if (earlyMs > history.promises.earlyMs) {
      found(`was requeued with ${delayMs} ms and came ${earlyMs.toFixed(1)} ms early`);
    }
  }
  return judged;
}

/** Its node knew it all the time, or had time to write it down. */
function isKept(history: History, { node, msgid, t }: AnswerEvent, next: DeliverEvent): boolean {
  const { nodes, promises } = history;
  if (!history.isOwner(node, msgid, t)) return false;
  // Said to one that had not heard that its epoch was over.
  if (nodes.wasOvertaken(node, t - promises.leaseTtlMs * nsPerMs, t)) return false;
  const [lostAt] = nodes.handovers(node, t, next.t);
  if (lostAt === undefined) return next.node === node;
  return nodes.availableMs(node, t, lostAt) > promises.flushWindowMs + promises.skewMs;
}
