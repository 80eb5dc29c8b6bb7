/** A message's body, asked of the nodes that may have it. */
import { z } from "zod";
import { type MessageAnswer, messageBytesMax } from "../../protocol/node-reads.ts";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import { Failure } from "./failure.ts";

export interface Asked {
  readonly topic: string;
  readonly id: string;
}

const askedAtOnce = 8;
const nodeMsMax = 4_000;
const messageAnswer = z.object({
  id: z.string(),
  where: z.enum(["memory", "store"]),
  publishedAtMs: z.number(),
  bytes: z.number().int().nonnegative(),
  from: z.number().int().nonnegative(),
  body: z.string().max(messageBytesMax * 2),
});
type Asking =
  | { readonly kind: "has"; readonly answer: MessageAnswer }
  | { readonly kind: "has-not" }
  | { readonly kind: "silent"; readonly why: string };

export async function ask(
  node: Subscription,
  { topic, id }: Asked,
  from: number,
  bytes: number,
): Promise<Asking> {
  const query = { topic, id, from: String(from), bytes: String(bytes) };
  const answer = await node.peer.call({ method: "GET", path: "/v1/message", query, timeoutMs: nodeMsMax });
  if (answer.status === 404) return { kind: "has-not" };
  if (answer.status !== 200)
    return { kind: "silent", why: answer.status === 0 ? answer.body : `it answered ${answer.status}` };
  const parsed = messageAnswer.safeParse(parsedJson(answer.body));
  return parsed.success
    ? { kind: "has", answer: parsed.data }
    : { kind: "silent", why: "its answer was not understood" };
}

/** Asks the nodes that have the topic; a log is one node's, so that one of them has it at most; null: none. Throws `Failure`. */
export async function find(collector: Collector, asked: Asked, bytes: number) {
  const nodes = collector.nodes.filter(
    (node) => node.limits === null && (!node.fresh || node.state.topics.has(asked.topic)),
  );
  const answers = await mapBounded(nodes, askedAtOnce, (node) => ask(node, asked, 0, bytes));
  for (const [i, answer] of answers.entries())
    if (answer.kind === "has") return { node: nodes[i]!, answer: answer.answer };
  const silent = answers.flatMap((answer, i) =>
    answer.kind === "silent" ? [`${nodes[i]!.key}: ${answer.why}`] : [],
  );
  if (silent.length > 0)
    throw new Failure(
      "node-unreachable",
      `No node that answers has this message; it may be on ${silent.join(", ")}.`,
    );
  return null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
