/** I9: the audit ends every message once per channel, as often as a crash allows, and tells of nothing that was not. */
import type { History, Story } from "../history.ts";
import { stories } from "./duplicates.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const auditTold: Invariant = {
  id: "I9",
  promise:
    "the audit has one end of each finished message per channel, and its deliveries, and no end that nobody made",
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

function fault(history: History, story: Story): string | null {
  for (const msgid of new Set(story.deliveries.map(({ msgid }) => msgid))) {
    const why = faultOf(history, story, msgid);
    if (why !== null) return why;
  }
  return null;
}

function faultOf(history: History, { answers, audit, deliveries }: Story, msgid: string): string | null {
  const rows = audit.filter((row) => row.msgid === msgid);
  const finishRows = rows.filter(({ what }) => what === "finish").length;
  const finishes = answers.filter((answer) => answer.op === "finish" && answer.msgid === msgid);
  const sent = finishes.filter(({ kind }) => kind === "invoke").length;
  if (finishRows > sent) return `${msgid} ended ${finishRows} times, and was finished ${sent} times`;
  const finish = finishes.find(({ kind }) => kind === "ok");
  if (!finish || history.mayLackAudit(finish.node, finish.t)) return null;
  const ends = finishRows + rows.filter(({ what }) => what === "drop").length;
  if (ends === 0) return `${msgid} was finished, and the audit does not say so`;
  // Each node that had it may have lost it after it took a FIN.
  let lost = 0;
  for (const node of new Set(deliveries.map(({ node }) => node)))
    lost += history.nodes.handovers(node, deliveries[0]!.t, history.endT).length;
  if (ends > 1 + lost) return `${msgid} ended ${ends} times`;
  if (!rows.some(({ what }) => what === "deliver")) return `${msgid} ended and was never delivered`;
  return null;
}
