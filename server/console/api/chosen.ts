/** Messages that an operator chose, acted on at the nodes that have them: what became of each is said (CO11). */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type MessageVerb, operatorCharactersMax } from "../../protocol/chosen-messages.ts";
import { objectOfPath, type RoutePolicy } from "../auth/policy.ts";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import type { Subscription } from "../collector/subscription.ts";
import {
  type ActionNodeResult,
  apiBase,
  type ChosenMessageResult,
  type ChosenMessagesRequest,
  type ChosenMessagesResult,
  isName,
  messageIdPattern,
  messagesChosenMax,
  messageVerbLevels,
  nameOfPart,
} from "../contract/index.ts";
import { type ActionLog, type AskedBy, askedBy } from "./action-log.ts";
import { Failure } from "./failure.ts";
import { nodeCodeOf } from "./nodes.ts";
import { parse } from "./requests.ts";

interface ChosenOptions {
  readonly collector: Collector;
  readonly log: ActionLog;
}

interface Place {
  readonly topic: string;
  readonly channel: string;
}

const askedAtOnceMax = 16;

const chosenMessagesRequest = z.strictObject({
  verb: z.enum(Object.keys(messageVerbLevels) as [MessageVerb, ...MessageVerb[]]),
  messages: z
    .array(z.strictObject({ node: z.string().min(1).max(260), id: z.string().regex(messageIdPattern) }))
    .min(1)
    .max(messagesChosenMax),
  confirm: z.strictObject({ name: z.string().max(64) }).optional(),
  reason: z.string().max(1_000).optional(),
}) as unknown as z.ZodType<ChosenMessagesRequest>;

const nodeAnswer = z.object({
  messages: z
    .array(z.object({ id: z.string().regex(messageIdPattern), outcome: z.enum(["done", "not-there"]) }))
    .max(messagesChosenMax),
});

const ofChannel = {
  config: { policy: { action: "requeue", object: objectOfPath } satisfies RoutePolicy },
} as const;

export function chosenRoute(app: FastifyInstance, options: ChosenOptions): void {
  app.post<{ Params: Place }>(`${apiBase}/topics/:topic/channels/:channel/messages`, ofChannel, (request) => {
    const { topic, channel } = request.params;
    const place = { topic: nameOfPart(topic), channel: nameOfPart(channel) };
    if (!isName(place.topic) || !isName(place.channel))
      throw new Failure("bad-request", "That is not a valid name.");
    return actOnChosen(options, askedBy(request), place, parse(chosenMessagesRequest, request.body));
  });
}

/** Throws `Failure`: not confirmed. */
async function actOnChosen(
  { collector, log }: ChosenOptions,
  by: AskedBy,
  place: Place,
  request: ChosenMessagesRequest,
): Promise<ChosenMessagesResult> {
  const { verb, reason } = request;
  const record = (result: string, after: object | null, perNode: readonly ActionNodeResult[]) =>
    log.write({
      ...by,
      action: `${verb}-messages`,
      object: { ...place, messages: request.messages.map(({ id }) => id) },
      ...{ after, reason, result, perNode },
    });
  const refusal = confirmed(place, request);
  if (refusal !== null) {
    record(refusal.code, null, []);
    throw refusal;
  }
  const idsOf = new Map<string, Set<string>>();
  for (const { node, id } of request.messages) {
    const ids = idsOf.get(node);
    if (ids) ids.add(id);
    else idsOf.set(node, new Set([id]));
  }
  const answers = await mapBounded([...idsOf], askedAtOnceMax, ([node, ids]) =>
    askNode(collector.node(node), node, { ...place, verb, by: nameOf(by) }, [...ids]),
  );
  const messages = answers.flatMap((answer) => answer.messages);
  const nodes = answers.map(({ node }) => node);
  const failed = nodes.filter(({ ok }) => !ok).length;
  const outcome = failed === 0 ? "done" : failed < nodes.length ? "partly" : "failed";
  const count = (which: ChosenMessageResult["outcome"]) =>
    messages.filter((message) => message.outcome === which).length;
  const after = { done: count("done"), notThere: count("not-there"), failed: count("failed") };
  record(outcome === "done" ? (after.done > 0 ? "ok" : "no-op") : outcome, after, nodes);
  return { verb, outcome, messages, nodes, requestId: by.requestId ?? "" };
}

/** Why it does not count as confirmed; null: it does. */
function confirmed({ channel }: Place, { verb, confirm, reason }: ChosenMessagesRequest): Failure | null {
  if (messageVerbLevels[verb] < 2) return null;
  if (confirm?.name !== channel) return new Failure("confirm-name", `Type the name ${channel} to confirm.`);
  return (reason ?? "").trim() === ""
    ? new Failure("reason-needed", "Say why: it is kept in the operators' log.")
    : null;
}

interface Asked {
  readonly node: ActionNodeResult;
  readonly messages: readonly ChosenMessageResult[];
}

async function askNode(
  node: Subscription | undefined,
  key: string,
  query: Place & { readonly verb: MessageVerb; readonly by: string },
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
  const outcomes = isGone ? new Map<string, "done" | "not-there">() : outcomesIn(answer.body);
  if (outcomes === null) return failed("it answered what is not understood", tookMs);
  return {
    node: { node: key, ok: true, code, tookMs },
    messages: ids.map((id) => ({ node: key, id, outcome: outcomes.get(id) ?? "not-there" })),
  };
}

function outcomesIn(body: string): ReadonlyMap<string, "done" | "not-there"> | null {
  try {
    return new Map(nodeAnswer.parse(JSON.parse(body)).messages.map(({ id, outcome }) => [id, outcome]));
  } catch {
    return null;
  }
}

function nameOf({ actor }: AskedBy): string {
  return actor.name.slice(0, operatorCharactersMax);
}
