/** Messages of a channel that are in flight, deferred or come again and again, of all its nodes together. */
import { z } from "zod";
import type { Subscription } from "../collector/subscription.ts";
import {
  type DeferredRow,
  type DeferredView,
  type InFlightRow,
  type InFlightView,
  messageIdPattern,
  type PoisonRow,
  type PoisonView,
  readRowsShownMax,
} from "../contract/index.ts";
import { type Asked, askNodes, count, text } from "./ask-nodes.ts";

interface Place {
  readonly topic: string;
  readonly channel: string;
}

const message = {
  id: z.string().regex(messageIdPattern),
  attempts: count,
  bytes: count.nullable(),
  publishedAtMs: z.number().nullable(),
};
const head = { atMs: z.number(), total: count, cut: z.boolean() };

const inFlightAnswer = z.object({
  ...head,
  messages: z
    .array(
      z.object({
        ...message,
        sinceMs: z.number(),
        deadlineAtMs: z.number(),
        client: z.object({ clientId: text, hostname: text, address: text }).nullable(),
      }),
    )
    .max(readRowsShownMax),
});

const deferredAnswer = z.object({
  ...head,
  inStore: count,
  messages: z
    .array(
      z.object({
        ...message,
        dueAtMs: z.number(),
        // A node that is older does not say it.
        sinceMs: z.number().nullable().default(null),
        reason: z.enum(["publish", "requeue"]),
      }),
    )
    .max(readRowsShownMax),
});

const poisonAnswer = z.object({
  ...head,
  messages: z
    .array(
      z.object({
        ...message,
        state: z.enum(["waiting", "in-flight", "deferred"]),
        dueAtMs: z.number().nullable(),
        client: z.object({ clientId: text, hostname: text, address: text }).nullable(),
      }),
    )
    .max(readRowsShownMax),
});

export async function readInFlight(
  nodes: readonly Subscription[],
  place: Place,
  atMs: number,
): Promise<InFlightView> {
  const asked = await askNodes(nodes, {
    path: "/v1/channel/inflight",
    query: queryOf(place),
    schema: inFlightAnswer,
    total: ({ total }) => total,
  });
  const rows = asked.flatMap(({ node, answer }) =>
    (answer?.messages ?? []).map(
      (one): InFlightRow => ({ ...one, key: `${node.key} ${one.id}`, node: node.key }),
    ),
  );
  return { ...headOf(asked, atMs), rows: first(rows, ({ deadlineAtMs }) => deadlineAtMs) };
}

export async function readDeferred(
  nodes: readonly Subscription[],
  place: Place,
  atMs: number,
): Promise<DeferredView> {
  const asked = await askNodes(nodes, {
    path: "/v1/channel/deferred",
    query: queryOf(place),
    schema: deferredAnswer,
    total: ({ total }) => total,
  });
  const rows = asked.flatMap(({ node, answer }) =>
    (answer?.messages ?? []).map(
      (one): DeferredRow => ({ ...one, key: `${node.key} ${one.id}`, node: node.key }),
    ),
  );
  return {
    ...headOf(asked, atMs),
    inStore: asked.reduce((sum, { answer }) => sum + (answer?.inStore ?? 0), 0),
    rows: first(rows, ({ dueAtMs }) => dueAtMs),
  };
}

export async function readPoison(
  nodes: readonly Subscription[],
  place: Place,
  atMs: number,
): Promise<PoisonView> {
  const asked = await askNodes(nodes, {
    path: "/v1/channel/poison",
    query: queryOf(place),
    schema: poisonAnswer,
    total: ({ total }) => total,
  });
  const rows = asked.flatMap(({ node, answer }) =>
    (answer?.messages ?? []).map(
      (one): PoisonRow => ({ ...one, key: `${node.key} ${one.id}`, node: node.key }),
    ),
  );
  return { ...headOf(asked, atMs), rows: first(rows, ({ attempts }) => -attempts) };
}

function queryOf(place: Place) {
  return { ...place, limit: String(readRowsShownMax) };
}

function headOf(asked: readonly Asked<{ readonly total: number; readonly cut: boolean }>[], atMs: number) {
  return {
    atMs,
    nodes: asked.map(({ read }) => read),
    total: asked.reduce((sum, { answer }) => sum + (answer?.total ?? 0), 0),
    cut: asked.some(({ answer }) => answer?.cut ?? false),
  };
}

/** Those with the lowest of what they are ordered by. */
function first<Row>(rows: Row[], placeOf: (row: Row) => number): Row[] {
  return rows.sort((one, other) => placeOf(one) - placeOf(other)).slice(0, readRowsShownMax);
}
