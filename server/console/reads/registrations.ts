/** What lookups know, side by side: where they agree there is nothing to show. */
import { z } from "zod";
import { mapBounded } from "../bounded.ts";
import { type DisagreementRow, type RegistrationsView, readRowsShownMax } from "../contract/index.ts";
import type { HttpPeer } from "../http-peer.ts";

const askedAtOnceMax = 8;
const answerBytesMax = 32 * 1024 * 1024;
const nodesMax = 2_000;

const name = z.string().max(128);
const topicsAnswer = z.object({ topics: z.array(name).nullable() });
const nodesAnswer = z.object({
  producers: z
    .array(
      z.object({
        broadcast_address: z.string().max(255),
        http_port: z.number(),
        topics: z.array(name).nullish(),
        tombstones: z.array(z.boolean()).nullish(),
      }),
    )
    .nullable(),
});

interface Said {
  readonly key: string;
  readonly reason: string | null;
  readonly tookMs: number;
  readonly topics: ReadonlySet<string>;
  /** By topic, the nodes it is named at, without those tombstoned. */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
  readonly tombstones: readonly { readonly topic: string; readonly node: string }[];
  readonly producers: number;
}

export async function readRegistrations(
  lookups: readonly HttpPeer[],
  atMs: number,
): Promise<RegistrationsView> {
  const said = await mapBounded(lookups, askedAtOnceMax, ask);
  const heard = said.filter(({ reason }) => reason === null);
  const topics = new Set(heard.flatMap((lookup) => [...lookup.topics]));
  const disagreements = [...topics]
    .sort()
    .map((topic) => disagreement(topic, heard))
    .filter((row) => row !== null);
  return {
    atMs,
    lookups: said.map(({ key, reason, tookMs, topics: known, producers }) => ({
      ...{ key, reason, tookMs },
      topics: reason === null ? known.size : null,
      producers: reason === null ? producers : null,
    })),
    topicCount: topics.size,
    disagreementCount: disagreements.length,
    disagreements: disagreements.slice(0, readRowsShownMax),
    tombstones: tombstonesOf(heard),
  };
}

/** null: all that answered say the same. */
function disagreement(topic: string, heard: readonly Said[]): DisagreementRow | null {
  const knownBy = heard.filter(({ topics }) => topics.has(topic)).map(({ key }) => key);
  const nodes = new Set(heard.flatMap(({ named }) => [...(named.get(topic) ?? [])]));
  const split = [...nodes].sort().flatMap((node) => {
    const namedBy = heard.filter(({ named }) => named.get(topic)?.has(node)).map(({ key }) => key);
    return namedBy.length === heard.length ? [] : [{ node, namedBy }];
  });
  return knownBy.length === heard.length && split.length === 0 ? null : { key: topic, knownBy, nodes: split };
}

function tombstonesOf(heard: readonly Said[]) {
  const found = new Map<string, { topic: string; node: string; lookups: string[] }>();
  for (const { key, tombstones } of heard) {
    for (const { topic, node } of tombstones) {
      const row = found.get(`${topic} ${node}`) ?? { topic, node, lookups: [] };
      row.lookups.push(key);
      found.set(`${topic} ${node}`, row);
    }
  }
  return [...found.values()].slice(0, readRowsShownMax);
}

async function ask(lookup: HttpPeer): Promise<Said> {
  const call = (path: string) => lookup.call({ method: "GET", path, bytesMax: answerBytesMax });
  const [topicsSaid, nodesSaid] = await Promise.all([call("/topics"), call("/nodes")]);
  const topics = parse(topicsAnswer, topicsSaid);
  const nodes = parse(nodesAnswer, nodesSaid);
  const { key } = lookup.address;
  const tookMs = Math.max(topicsSaid.tookMs, nodesSaid.tookMs);
  if (typeof topics === "string" || typeof nodes === "string") {
    const reason = typeof topics === "string" ? topics : (nodes as string);
    return { key, reason, tookMs, topics: new Set(), named: new Map(), tombstones: [], producers: 0 };
  }
  const named = new Map<string, Set<string>>();
  const tombstones: { topic: string; node: string }[] = [];
  const producers = (nodes.producers ?? []).slice(0, nodesMax);
  for (const producer of producers) {
    const node = `${producer.broadcast_address}:${producer.http_port}`;
    for (const [at, topic] of (producer.topics ?? []).entries()) {
      if (producer.tombstones?.[at]) {
        tombstones.push({ topic, node });
        continue;
      }
      const nodesOfTopic = named.get(topic) ?? new Set();
      nodesOfTopic.add(node);
      named.set(topic, nodesOfTopic);
    }
  }
  return {
    ...{ key, reason: null, tookMs, named, tombstones, producers: producers.length },
    topics: new Set(topics.topics ?? []),
  };
}

/** Why not, in words, instead. */
function parse<T>(schema: z.ZodType<T>, { status, body }: { status: number; body: string }): T | string {
  if (status === 0) return body;
  if (status !== 200) return `it answered ${status}`;
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    return "it answered what is not understood";
  }
}
