/** I1 and I7: what was acknowledged reaches every channel that was there, or is still stored. */
import type { PublishEvent } from "../event.ts";
import type { ChannelLife, History, Message, Story } from "../history.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const noLoss: Invariant = {
  id: "I1",
  promise: "what was answered OK is delivered on every channel there was, is still stored, or was removed",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const message of acknowledged(history)) {
      judged++;
      const invoke = acknowledgedBy(message)!;
      const channels = channelsAt(history, invoke, invoke.t);
      if (channels.length === 0 && !isAnywhere(history, message)) {
        findings.push({ why: `${message.uid} was answered OK and is nowhere`, message });
      }
      for (const channel of channels) {
        const why = missing(history, message, invoke, channel);
        if (why !== null) findings.push({ why, message, channel });
      }
    }
    return { judged, findings };
  },
};

/**
 * Made before the publish was begun: one that is made between publish and OK begins before or behind the message, and nobody
 * but the node knows which, since the OK may come long after the message has left its topic.
 */
export const fanOut: Invariant = {
  id: "I7",
  promise: "a channel made before a publish gets the message, as the others do",
  decide(history) {
    const findings: Finding[] = [];
    let judged = 0;
    for (const message of acknowledged(history)) {
      const invoke = acknowledgedBy(message)!;
      const channels = channelsAt(history, invoke, invoke.t);
      if (channels.length < 2) continue;
      judged++;
      const got = channels.filter((channel) => missing(history, message, invoke, channel) === null);
      if (got.length === 0) continue;
      for (const channel of channels) {
        if (got.includes(channel)) continue;
        const why = `${message.uid} reached ${got.join(", ")}, and not ${channel}`;
        findings.push({ why, message, channel });
      }
    }
    return { judged, findings };
  },
};

/** Only a history that says how it ended can say what never came. */
function* acknowledged(history: History): IterableIterator<Message> {
  if (history.drained === undefined) return;
  for (const message of history.messages.values()) {
    if (message.publishes[0]?.durable !== false && acknowledgedBy(message)) yield message;
  }
}

/** The attempt that was answered OK first; null: none was. */
function acknowledgedBy({ publishes }: Message): PublishEvent | null {
  const ok = publishes.find(({ kind }) => kind === "ok");
  if (!ok) return null;
  return publishes.findLast(({ kind, proc, t }) => kind === "invoke" && proc === ok.proc && t <= ok.t) ?? ok;
}

/** Channels of a publish's topic on its node that were there by `t`. */
function channelsAt({ channels }: History, { topic, node }: PublishEvent, t: number): string[] {
  const there = (life: ChannelLife) => life.t <= t && (life.node === undefined || life.node === node);
  return [...new Set((channels.get(topic) ?? []).filter(there).map(({ name }) => name))];
}

/** Why the message cannot be said to have reached the channel; null: it has. */
function missing(
  history: History,
  message: Message,
  { topic, t }: PublishEvent,
  channel: string,
): string | null {
  const story = message.channels.get(channel);
  if (message.isStored || story?.isStored || wasRemoved(history, topic, channel, t)) return null;
  if (!story || story.deliveries.length === 0) {
    return `${message.uid} was answered OK, never came on ${channel}, and is not stored`;
  }
  if (history.isAccounted && !mayBeFinished(history, story)) {
    return `${message.uid} came on ${channel}, was never finished, and is gone`;
  }
  return null;
}

/**
 * A FIN has no answer: one that was sent may have been read and kept. The audit has what was read; where it may lack
 * something, the FIN that was sent counts.
 */
function mayBeFinished(history: History, { answers, audit }: Story): boolean {
  const finishes = answers.filter(({ op }) => op === "finish");
  if (finishes.some(({ kind }) => kind === "ok")) return true;
  if (audit.some(({ what }) => what === "finish" || what === "drop")) return true;
  const refused = finishes.filter(({ kind }) => kind === "fail").length;
  const sent = finishes.filter(({ kind }) => kind === "invoke");
  if (!history.hasAudit) return sent.length > refused;
  return sent.length > refused && sent.some(({ node, t }) => history.mayLackAudit(node, t));
}

function isAnywhere(history: History, message: Message): boolean {
  const { topic, t } = message.publishes[0]!;
  if (message.isStored || wasRemoved(history, topic, undefined, t)) return true;
  return [...message.channels.values()].some((story) => story.isStored || story.deliveries.length > 0);
}

function wasRemoved({ removals }: History, topic: string, channel: string | undefined, t: number): boolean {
  return removals.some(
    (removal) =>
      removal.topic === topic &&
      (removal.channel === undefined || removal.channel === channel) &&
      removal.t >= t,
  );
}
