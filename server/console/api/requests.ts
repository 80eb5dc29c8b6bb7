/** What browsers may ask of the API, checked. Unknown fields are refused. */
import { z } from "zod";
import { filterCharactersMax } from "../../protocol/tap-filter.ts";
import {
  type ActionName,
  type ActionRequest,
  type ActionTarget,
  type AdoptRequest,
  actionLevels,
  type DrainRequest,
  type EventsQuery,
  type FailoverTestRequest,
  type HeldQuery,
  heldStates,
  isName,
  kindWords,
  type PublishRequest,
  publishBytesMax,
  publishCountMax,
  publishKeyCharactersMax,
} from "../contract/index.ts";
import { Failure } from "./failure.ts";

const name = z.string().max(64).refine(isName, "not a valid name of a topic or channel");
const nodeKey = z.string().min(1).max(260);
const actionName = z.enum(Object.keys(actionLevels) as [ActionName, ...ActionName[]]);

const target = {
  action: actionName,
  topic: name,
  channel: name.optional(),
  node: nodeKey.optional(),
  client: z.string().min(1).max(260).optional(),
};

type Fields = { readonly [Field in "channel" | "node" | "client"]?: string | undefined };

/** Each action with what it is about, and nothing else. */
function fits({ action, channel, node, client }: Fields & { readonly action: ActionName }): boolean {
  const isKick = action === "kick-client";
  return (
    (isKick || action.endsWith("-channel")) === (channel !== undefined) &&
    (isKick || action === "tombstone-topic") === (node !== undefined) &&
    isKick === (client !== undefined)
  );
}
const fitsMessage = {
  message: "channel, node and client belong to the actions that are about them, and to no other",
  path: ["action"],
};

/** Optional fields that are there but undefined do not occur in JSON. */
function schemaOf<T>(schema: z.ZodType): z.ZodType<T> {
  return schema as z.ZodType<T>;
}

export const impactQuery = schemaOf<ActionTarget>(z.strictObject(target).refine(fits, fitsMessage));

export const actionRequest = schemaOf<ActionRequest>(
  z
    .strictObject({
      ...target,
      confirm: z.strictObject({ name: z.string().max(64), etag: z.string().max(128) }).optional(),
      reason: z.string().max(1_000).optional(),
      nodes: z.array(nodeKey).min(1).max(100).optional(),
    })
    .refine(fits, fitsMessage),
);

const confirmedNode = { confirm: z.strictObject({ name: nodeKey }), reason: z.string().max(1_000) };
export const drainRequest = schemaOf<DrainRequest>(z.strictObject(confirmedNode));
export const failoverTestRequest = schemaOf<FailoverTestRequest>(z.strictObject(confirmedNode));
export const adoptRequest = schemaOf<AdoptRequest>(z.strictObject({ ...confirmedNode, of: nodeKey }));

// Hexadecimal takes two characters a byte, JSON up to six for one that it has to escape.
export const publishBodyBytesMax = publishBytesMax * 6 + 4_096;

export const publishRequest = schemaOf<PublishRequest>(
  z.strictObject({
    topic: name,
    body: z.string().max(publishBytesMax * 2),
    encoding: z.enum(["text", "base64", "hex"]).optional(),
    lines: z.boolean().optional(),
    count: z.number().int().min(1).max(publishCountMax).optional(),
    deferMs: z.number().int().min(0).max(2_147_483_647).optional(),
    node: nodeKey.optional(),
    key: z.string().min(1).max(publishKeyCharactersMax).optional(),
  }),
);

export const heldQuery = schemaOf<HeldQuery>(
  z.strictObject({ state: z.enum(heldStates), topic: name.optional(), channel: name.optional() }),
);

/** Where events are looked for: what a visitor has to be allowed to see. */
export const eventsPlace = z.object({
  topic: name.optional(),
  channel: name.optional(),
});

const eventsFields = {
  ...eventsPlace.shape,
  event: z
    .string()
    .max(100)
    .refine(
      (text) => text.split(",").every((word) => kinds.has(word)),
      `of ${Object.values(kindWords).join(", ")}`,
    )
    .optional(),
  client: z.string().max(256).optional(),
  attempts: z.string().max(8).optional(),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  cursor: z.string().max(200).optional(),
};
const kinds = new Set<string>(Object.values(kindWords));

export const eventsQuery = schemaOf<EventsQuery>(
  z.strictObject({ ...eventsFields, body: z.string().max(filterCharactersMax).optional() }),
);

export const exportQuery = schemaOf<Omit<EventsQuery, "body"> & { readonly format: "csv" | "ndjson" }>(
  z.strictObject({ ...eventsFields, format: z.enum(["csv", "ndjson"]) }),
);

/** As a job has it, whose topic and channel stand beside it. */
export const exportParams = z.strictObject({
  format: z.enum(["csv", "ndjson"]),
  event: eventsFields.event,
  client: eventsFields.client,
  attempts: eventsFields.attempts,
  from: eventsFields.from,
  to: eventsFields.to,
});

/** Throws `Failure` with what is wrong, and where. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.join(".");
  throw new Failure("bad-request", `${place ? `${place}: ` : ""}${issue?.message ?? "not understood"}`);
}
