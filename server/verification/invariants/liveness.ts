/** I10: everybody gets an answer, what a dead node had is taken over in time, and in the end nothing is left. */
import { nsPerMs, type PublishEvent } from "../event.ts";
import type { History, Message } from "../history.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const goesOn: Invariant = {
  id: "I10",
  promise: "producers are answered in time, dead nodes adopted, and the backlog drains",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const message of history.messages.values()) {
      for (const publish of message.publishes) {
        if (publish.kind !== "invoke") continue;
        judged++;
        const why = stuck(history, message, publish);
        if (why !== null) findings.push({ why, message });
      }
      if (!history.drained) continue;
      for (const [channel, { isStored }] of message.channels) {
        if (isStored) findings.push({ why: `${message.uid} is left on ${channel}`, message, channel });
      }
      if (message.isStored) findings.push({ why: `${message.uid} never left its topic`, message });
    }
    judged += adoptions(history, findings);
    return { judged, findings };
  },
};

function stuck(history: History, { uid, publishes }: Message, invoke: PublishEvent): string | null {
  const { promises, nodes, endT } = history;
  const limitNs = promises.answerMs * nsPerMs;
  const answer = publishes.find(
    ({ kind, proc, t }) => kind !== "invoke" && proc === invoke.proc && t >= invoke.t,
  );
  const until = answer?.t ?? endT;
  if (until - invoke.t <= limitNs) return null;
  // One that stands still answers nobody; whoever asked it may wait as long.
  if (nodes.wasFrozen(invoke.node, invoke.t, until)) return null;
  return `${uid} had no answer from ${invoke.node} for ${((until - invoke.t) / 1e9).toFixed(1)} s`;
}

/** Each crash of a node that had logs, while others lived and had their store, is an adoption or a start in time. */
function adoptions(history: History, findings: Finding[]): number {
  const { nodes, promises, adoptions, endT, skewNs } = history;
  const limitNs = (promises.leaseTtlMs + promises.adoptionMs) * nsPerMs;
  let judged = 0;
  for (const node of nodes.names) {
    for (const crashed of nodes.crashes(node)) {
      const by = crashed + limitNs;
      if (by + skewNs > endT || !hadLogs(history, node, crashed)) continue;
      const others = nodes.names.filter(
        (other) => other !== node && nodes.lifeAt(other, by) > 0 && !nodes.wasHindered(other, crashed, by),
      );
      if (others.length === 0) continue;
      judged++;
      const isOver =
        nodes.starts(node).some((t) => t >= crashed && t <= by) ||
        adoptions.some(({ of, t }) => of === node && t >= crashed && t <= by + skewNs);
      if (isOver) continue;
      const events = history.world.filter((event) => event.t >= crashed && event.t <= by);
      findings.push({ why: `${node} died and nobody adopted what it had`, events });
    }
  }
  return judged;
}

function hadLogs({ owners, ends }: History, node: string, t: number): boolean {
  for (const [log, owns] of owners) {
    const last = owns.findLast((own) => own.t <= t);
    if (last?.node !== node) continue;
    if (!ends.get(log)?.some((end) => end >= last.t && end <= t)) return true;
  }
  return false;
}
