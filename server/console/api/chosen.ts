/** Messages that an operator chose, acted on at the nodes that have them: what became of each is said (CO11, CO13). */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type MessageVerb, operatorCharactersMax } from "../../protocol/chosen-messages.ts";
import { demand } from "../auth/authorize.ts";
import { objectOfPath, type RoutePolicy } from "../auth/policy.ts";
import { mapBounded } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type ActionNodeResult,
  type Actor,
  apiBase,
  type ChosenMessageResult,
  type ChosenMessagesRequest,
  type ChosenMessagesResult,
  isEphemeralName,
  isName,
  messageIdPattern,
  messagesChosenMax,
  messageVerbLevels,
  nameOfPart,
} from "../contract/index.ts";
import { type ActionLog, type AskedBy, askedBy } from "./action-log.ts";
import { askNode, type ChosenQuery } from "./chosen-node.ts";
import { Failure } from "./failure.ts";
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

const newTopic = z
  .string()
  .max(64)
  .refine(
    (name) => isName(name) && !isEphemeralName(name),
    "not the name of a topic that keeps what it gets",
  );

const chosenFields = z.strictObject({
  verb: z.enum(Object.keys(messageVerbLevels) as [MessageVerb, ...MessageVerb[]]),
  messages: z
    .array(z.strictObject({ node: z.string().min(1).max(260), id: z.string().regex(messageIdPattern) }))
    .min(1)
    .max(messagesChosenMax),
  to: newTopic.optional(),
  confirm: z.strictObject({ name: z.string().max(64) }).optional(),
  reason: z.string().max(1_000).optional(),
});
const chosenMessagesRequest = chosenFields.refine(
  ({ verb, to }) => (verb === "move") === (to !== undefined),
  {
    message: "another topic belongs to move, and to nothing else",
    path: ["to"],
  },
) as unknown as z.ZodType<ChosenMessagesRequest>;

const ofChannel = {
  config: { policy: { action: "requeue", object: objectOfPath } satisfies RoutePolicy },
} as const;

export function chosenRoute(app: FastifyInstance, options: ChosenOptions): void {
  app.post<{ Params: Place }>(`${apiBase}/topics/:topic/channels/:channel/messages`, ofChannel, (request) => {
    const { topic, channel } = request.params;
    const place = { topic: nameOfPart(topic), channel: nameOfPart(channel) };
    if (!isName(place.topic) || !isName(place.channel))
      throw new Failure("bad-request", "That is not a valid name.");
    const asked = parse(chosenMessagesRequest, request.body);
    return actOnChosen(options, { ...askedBy(request), actor: request.visitor!.actor }, place, asked);
  });
}

/** Throws `Failure`: not confirmed, or not theirs to publish to. */
async function actOnChosen(
  { collector, log }: ChosenOptions,
  by: AskedBy & { readonly actor: Actor },
  place: Place,
  request: ChosenMessagesRequest,
): Promise<ChosenMessagesResult> {
  const { verb, reason, to } = request;
  const record = (result: string, after: object | null, perNode: readonly ActionNodeResult[]) =>
    log.write({
      ...by,
      action: `${verb}-messages`,
      object: { ...place, messages: request.messages.map(({ id }) => id), ...(to !== undefined && { to }) },
      ...{ after, reason, result, perNode },
    });
  const refusal = refused(by.actor, place, request);
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
  const query: ChosenQuery = { ...place, verb, by: nameOf(by), ...(to !== undefined && { to }) };
  const answers = await mapBounded([...idsOf], askedAtOnceMax, ([node, ids]) =>
    askNode(collector.node(node), node, query, [...ids]),
  );
  const messages = answers.flatMap((answer) => answer.messages);
  const nodes = answers.map(({ node }) => node);
  const count = (which: ChosenMessageResult["outcome"]) =>
    messages.filter((message) => message.outcome === which).length;
  const failed = count("failed");
  const outcome = failed === 0 ? "done" : failed < messages.length ? "partly" : "failed";
  const [done, copied] = [count("done"), count("copied")];
  const after = {
    ...{ done, notThere: count("not-there"), failed },
    ...(to !== undefined && { copied, newIds: newIdsOf(messages) }),
  };
  record(outcome === "done" ? (done + copied > 0 ? "ok" : "no-op") : outcome, after, nodes);
  return { verb, outcome, messages, nodes, requestId: by.requestId ?? "" };
}

/** By the id that a message had. */
function newIdsOf(messages: readonly ChosenMessageResult[]): Readonly<Record<string, string>> {
  return Object.fromEntries(messages.flatMap(({ id, newId }) => (newId === undefined ? [] : [[id, newId]])));
}

/** Why no node hears of it; null: they do. */
function refused(actor: Actor, { topic, channel }: Place, request: ChosenMessagesRequest): Failure | null {
  const { verb, to, confirm, reason } = request;
  if (to === topic) return new Failure("bad-request", "They are of that topic already.");
  try {
    if (to !== undefined) demand(actor, "publish", { topic: to });
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  if (messageVerbLevels[verb] < 2) return null;
  if (confirm?.name !== channel) return new Failure("confirm-name", `Type the name ${channel} to confirm.`);
  return (reason ?? "").trim() === ""
    ? new Failure("reason-needed", "Say why: it is kept in the operators' log.")
    : null;
}

function nameOf({ actor }: AskedBy): string {
  return actor.name.slice(0, operatorCharactersMax);
}
