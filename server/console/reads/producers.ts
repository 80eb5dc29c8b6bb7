/** Who publishes to a topic: connections of the nodes that have it. */
import { z } from "zod";
import type { Subscription } from "../collector/subscription.ts";
import { type ProducersView, readRowsShownMax } from "../contract/index.ts";
import { askNodes, count, text } from "./ask-nodes.ts";

const producer = z.object({
  clientId: text,
  hostname: text,
  address: text,
  userAgent: text,
  connectedAtMs: z.number().nullable(),
  messageCount: count,
  lastAtMs: z.number().nullable(),
  tls: z.boolean(),
});
const answer = z.object({ total: count, producers: z.array(producer).max(readRowsShownMax) });
type Answer = z.infer<typeof answer>;

/** Of a genuine nsqd: its `/stats`, which names everybody who has published anything. */
const stats = z
  .object({
    producers: z
      .array(
        z.object({
          client_id: text,
          hostname: text,
          remote_address: text,
          user_agent: text,
          connect_ts: count.catch(0),
          tls: z.boolean().catch(false),
          pub_counts: z.array(z.object({ topic: z.string(), count })).nullish(),
        }),
      )
      .nullish(),
  })
  .transform(({ producers }) => producers ?? []);

/** Counts that were read before, so that a rate can be told. */
export type CountsBefore = Map<string, { readonly count: number; readonly atMs: number }>;

export async function readProducers(
  nodes: readonly Subscription[],
  topic: string,
  atMs: number,
  before: CountsBefore,
): Promise<ProducersView> {
  const limit = String(readRowsShownMax);
  const asked = await askNodes<Answer>(nodes, {
    ...{ path: "/v1/topic/producers", query: { topic, limit }, schema: answer },
    total: ({ total }) => total,
    genuine: {
      path: "/stats",
      query: { format: "json", topic, include_mem: "false" },
      schema: stats.transform((producers): Answer => ofGenuine(producers, topic)),
      total: ({ total }) => total,
    },
  });
  const rows = asked
    .flatMap(({ node, answer: said }) =>
      (said?.producers ?? []).map((one) => ({
        ...one,
        key: `${node.key} ${one.address} ${one.connectedAtMs}`,
        node: node.key,
      })),
    )
    .sort((one, other) => (other.lastAtMs ?? 0) - (one.lastAtMs ?? 0))
    .slice(0, readRowsShownMax);
  const rated = rows.map((row) => ({ ...row, rate: rateOf(before.get(row.key), row.messageCount, atMs) }));
  before.clear();
  for (const { key, messageCount } of rows) before.set(key, { count: messageCount, atMs });
  return {
    atMs,
    nodes: asked.map(({ read }) => read),
    total: asked.reduce((sum, { answer: said }) => sum + (said?.total ?? 0), 0),
    rows: rated,
  };
}

function ofGenuine(producers: z.infer<typeof stats>, topic: string): Answer {
  const found = producers.flatMap((one) => {
    const published = one.pub_counts?.find((counted) => counted.topic === topic)?.count ?? 0;
    if (published === 0) return [];
    return {
      ...{ clientId: one.client_id, hostname: one.hostname, address: one.remote_address },
      ...{ userAgent: one.user_agent, tls: one.tls, messageCount: published, lastAtMs: null },
      connectedAtMs: one.connect_ts === 0 ? null : one.connect_ts * 1_000,
    };
  });
  return { total: found.length, producers: found.slice(0, readRowsShownMax) };
}

function rateOf(before: { count: number; atMs: number } | undefined, now: number, atMs: number) {
  if (before === undefined || atMs <= before.atMs || now < before.count) return null;
  return ((now - before.count) * 1_000) / (atMs - before.atMs);
}
