/** Messages of a channel that are in flight or deferred, of all its nodes together. */
import { z } from "zod";
import type { Subscription } from "../collector/subscription.ts";
import {
  type DeferredRow,
  type DeferredView,
  type InFlightRow,
  type InFlightView,
  messageIdPattern,
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
    .array(z.object({ ...message, dueAtMs: z.number(), reason: z.enum(["publish", "requeue"]) }))
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
  return { ...headOf(asked, atMs), rows: soonest(rows, ({ deadlineAtMs }) => deadlineAtMs) };
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
    rows: soonest(rows, ({ dueAtMs }) => dueAtMs),
  };
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

function soonest<Row>(rows: Row[], dueMs: (row: Row) => number): Row[] {
  return rows.sort((one, other) => dueMs(one) - dueMs(other)).slice(0, readRowsShownMax);
}
