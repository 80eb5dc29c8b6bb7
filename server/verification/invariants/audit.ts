/** I9: the audit ends every message once per channel, as often as a crash allows. */
import { nsPerMs } from "../event.ts";
import type { History, Story } from "../history.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

/** Events reach the store within a second; what a node had not written dies with it. */
const auditLagMs = 1_000;

export const auditTold: Invariant = {
  id: "I9",
  promise: "the audit has one end of each finished message per channel, and its deliveries",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    if (!history.hasAudit) return { judged, findings };
    for (const { message, channel, story } of stories(history)) {
      const why = fault(history, story);
      judged++;
      if (why !== null) findings.push({ why: `${message.uid} on ${channel}: ${why}`, message, channel });
    }
    return { judged, findings };
  },
};

function fault(history: History, { answers, audit, deliveries }: Story): string | null {
  const ids = new Set(deliveries.map(({ msgid }) => msgid));
  for (const msgid of ids) {
    const rows = audit.filter((row) => row.msgid === msgid);
    const ends = rows.filter(({ what }) => what === "finish" || what === "drop");
    const finish = answers.find(
      (answer) => answer.op === "finish" && answer.kind === "ok" && answer.msgid === msgid,
    );
    if (!finish) continue;
    const { node, t } = finish;
    const isLate = history.nodes
      .handovers(node, t, history.endT)
      .some((lostAt) => lostAt - t <= auditLagMs * nsPerMs || history.nodes.wasHindered(node, t, lostAt));
    if (isLate) continue;
    if (ends.length === 0) return `${msgid} was finished, and the audit does not say so`;
    const lost = history.nodes.handovers(node, deliveries[0]!.t, history.endT).length;
    if (ends.length > 1 + lost) return `${msgid} ended ${ends.length} times`;
    if (!rows.some(({ what }) => what === "deliver")) return `${msgid} ended and was never delivered`;
  }
  return null;
}
