/** One node asked to act on messages that an operator chose, and what it says of each. */
import { z } from "zod";
import { type MessageResult, type MessageVerb, messageOutcomes } from "../../protocol/chosen-messages.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  type ActionNodeResult,
  type ChosenMessageResult,
  messageIdPattern,
  messagesChosenMax,
} from "../contract/index.ts";
import { nodeCodeOf } from "./nodes.ts";

const nodeAnswer = z.object({
  messages: z
    .array(
      z.object({
        id: z.string().regex(messageIdPattern),
        outcome: z.enum(messageOutcomes),
        code: z.string().max(64).optional(),
        newId: z.string().regex(messageIdPattern).optional(),
      }),
    )
    .max(messagesChosenMax),
}) as unknown as z.ZodType<{ readonly messages: readonly MessageResult[] }>;

export interface ChosenQuery {
  readonly topic: string;
  readonly channel: string;
  readonly verb: MessageVerb;
  readonly by: string;
  readonly to?: string;
}

interface Asked {
  readonly node: ActionNodeResult;
  readonly messages: readonly ChosenMessageResult[];
}

/** `undefined`: no such node is known. Never rejects: what it did not answer is said of each message. */
export async function askNode(
  node: Subscription | undefined,
  key: string,
  query: ChosenQuery,
  ids: readonly string[],
): Promise<Asked> {
  const failed = (code: string, tookMs = 0): Asked => ({
    node: { node: key, ok: false, code, tookMs },
    messages: ids.map((id) => ({ node: key, id, outcome: "failed" })),
  });
  if (node === undefined) return failed("no-node");
  if (node.limits !== null) return failed(node.limits.rule);
  const answer = await node.peer.call({
    ...{ method: "POST", path: "/v1/channel/messages", query: { ...query } },
    body: Buffer.from(ids.join("\n")),
  });
  const { status, tookMs } = answer;
  if (status === 0) return failed(`unreachable: ${answer.body}`, tookMs);
  const code = status === 200 ? "" : nodeCodeOf(answer);
  const isGone = code === "TOPIC_NOT_FOUND" || code === "CHANNEL_NOT_FOUND";
  if (status !== 200 && !isGone) return failed(code, tookMs);
  const outcomes = isGone ? new Map<string, MessageResult>() : outcomesIn(answer.body);
  if (outcomes === null) return failed("it answered what is not understood", tookMs);
  return {
    node: { node: key, ok: true, code, tookMs },
    messages: ids.map((id) => ({ node: key, ...(outcomes.get(id) ?? { id, outcome: "not-there" }) })),
  };
}

function outcomesIn(body: string): ReadonlyMap<string, MessageResult> | null {
  try {
    return new Map(nodeAnswer.parse(JSON.parse(body)).messages.map((message) => [message.id, message]));
  } catch {
    return null;
  }
}
