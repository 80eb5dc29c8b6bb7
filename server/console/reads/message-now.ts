/** Where one message stands now, as the node says that has it. */
import { z } from "zod";
import { messageNowChannelsMax } from "../../protocol/node-reads.ts";
import type { Subscription } from "../collector/subscription.ts";
import { type Actor, type MessageNowView, sees, seesEverything } from "../contract/index.ts";
import { askNodes, count, text } from "./ask-nodes.ts";

const answer = z.object({
  atMs: z.number(),
  topic: z.string().max(64),
  inTopic: z.boolean(),
  topicPaused: z.boolean(),
  committed: z.boolean().nullable(),
  channels: z
    .array(
      z.object({
        channel: z.string().max(64),
        paused: z.boolean(),
        state: z.enum(["waiting", "in-flight", "deferred", "not-owed", "unknown"]).catch("unknown"),
        attempts: count.nullable(),
        ahead: count.nullable(),
        untilMs: z.number().nullable(),
        client: z.object({ clientId: text, hostname: text, address: text }).nullable(),
      }),
    )
    .max(messageNowChannelsMax),
  cut: z.boolean(),
});

export async function readMessageNow(
  nodes: readonly Subscription[],
  topic: string | null,
  id: string,
  atMs: number,
): Promise<MessageNowView> {
  const asked = await askNodes(nodes, {
    path: "/v1/message/now",
    query: { id, ...(topic !== null && { topic }) },
    schema: answer,
    total: () => 1,
  });
  // A log is one node's.
  const has = asked.find((one) => one.answer !== null);
  return {
    atMs,
    nodes: asked.map(({ read }) => read),
    found: has?.answer ? { ...has.answer, node: has.node.key } : null,
  };
}

/** Of a topic out of sight there is none, and no node says that it has it. */
export function nowFor(actor: Actor, view: MessageNowView): MessageNowView {
  const { found } = view;
  if (seesEverything(actor)) return view;
  const nodes = view.nodes.map((node) => ({ ...node, total: null }));
  if (found === null || !sees(actor, found.topic)) return { ...view, nodes, found: null };
  const channels = found.channels.filter(({ channel }) => sees(actor, found.topic, channel));
  return { ...view, nodes, found: { ...found, channels } };
}
