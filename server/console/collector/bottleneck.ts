/** What holds a channel back, in one sentence, by rule. */
import type { Bottleneck, ChannelRow, ClientRow, TopicRow } from "../contract/index.ts";
import { countWords } from "./words.ts";

/** null: nothing does. `clients` null: not asked yet. */
export function bottleneckOf(
  row: ChannelRow,
  topic: Pick<TopicRow, "paused" | "topicDepth">,
  clients: readonly ClientRow[] | null,
): Bottleneck | null {
  if (row.paused)
    return { rule: "paused", params: {}, message: "Paused: nothing is handed out until it is unpaused." };
  // What the channel has already is handed out all the same.
  return (row.flow.depth ? ownBottleneck(row, clients) : null) ?? (topic.paused ? topicPaused(topic) : null);
}

function topicPaused({ topicDepth }: Pick<TopicRow, "topicDepth">): Bottleneck {
  const count = topicDepth ?? 0;
  return {
    rule: "topic-paused",
    params: { count },
    message: `Its topic is paused: nothing new comes in, and ${count === 1 ? "1 message waits" : `${countWords(count)} messages wait`} there.`,
  };
}

function ownBottleneck(row: ChannelRow, clients: readonly ClientRow[] | null): Bottleneck | null {
  const { depth, inFlight, inRate, finishRate, outRate, timeoutRate } = row.flow;
  const waiting = depth ?? 0;
  if (row.flow.clients === 0)
    return {
      rule: "no-consumers",
      params: { count: waiting },
      message: `Nobody consumes: ${waiting === 1 ? "1 message waits" : `${countWords(waiting)} messages wait`}. Connect a consumer.`,
    };
  if (timeoutRate && outRate && timeoutRate > outRate * 0.1)
    return {
      rule: "timing-out",
      params: {},
      message: "Consumers hold messages past their timeout: more than one delivery in ten is for nothing.",
    };
  const ready = clients?.reduce((sum, client) => sum + client.readyCount, 0);
  if (clients && clients.length > 0 && ready === 0)
    return {
      rule: "not-ready",
      params: {},
      message: "Consumers are connected, but none asks for messages (RDY 0).",
    };
  if (ready && inFlight !== null && inFlight >= ready)
    return {
      rule: "saturated",
      params: { inFlight, ready },
      message: `Consumers are saturated: in flight ${countWords(inFlight)}/${countWords(ready)} = Σ RDY; add consumers or raise RDY.`,
    };
  if (inRate !== null && finishRate !== null && inRate > finishRate * 1.1 + 1)
    return {
      rule: "falling-behind",
      params: { inRate: Math.round(inRate), finishRate: Math.round(finishRate) },
      message: `More comes in (${countWords(inRate)}/s) than is finished (${countWords(finishRate)}/s).`,
    };
  return null;
}
