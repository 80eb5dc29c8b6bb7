/** Names by a part of them, and what stands beside a name: bounded reads of what is known, nothing is asked of a node. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Collector } from "../collector/collector.ts";
import {
  type Actor,
  apiPaths,
  type FoundNames,
  nameCharactersMax,
  type Siblings,
  sees,
} from "../contract/index.ts";
import { parse } from "./requests.ts";

const shownMax = 20;
const queryCharactersMax = 200;

const searchQuery = z.object({ q: z.string().max(queryCharactersMax) });
const name = z.string().max(nameCharactersMax);
const siblingsQuery = z.union([
  z.object({ topic: name, channel: name.optional() }),
  z.object({ node: z.string().max(queryCharactersMax) }),
]);

export function namesRoutes(app: FastifyInstance, collector: Collector): void {
  const read = { config: { policy: { action: "read" } } } as const;
  app.get(apiPaths.search, read, ({ query, visitor }) =>
    findNames(collector, visitor!.actor, parse(searchQuery, query).q),
  );
  app.get(apiPaths.siblings, read, ({ query, visitor }) => {
    const of = parse(siblingsQuery, query);
    if ("node" in of)
      return beside(
        collector.nodeRows.map(({ key }) => key),
        of.node,
      );
    const seen = (topic: string, channel?: string) => sees(visitor!.actor, topic, channel);
    if (of.channel === undefined)
      return beside(
        [...collector.topics.keys()].filter((topic) => seen(topic)),
        of.topic,
      );
    const channels = [...(collector.topics.get(of.topic)?.channels.keys() ?? [])];
    return beside(
      channels.filter((channel) => seen(of.topic, channel)),
      of.channel,
    );
  });
}

/** Those that begin with it first. Letters large or small are alike. */
export function findNames(
  collector: Pick<Collector, "topics" | "nodeRows">,
  actor: Actor,
  q: string,
): FoundNames {
  const wanted = q.trim().toLowerCase();
  if (wanted === "") return { topics: [], channels: [], nodes: [], more: 0 };
  const topics: string[] = [];
  const channels: { topic: string; channel: string }[] = [];
  for (const [topic, { channels: own }] of collector.topics) {
    if (!sees(actor, topic)) continue;
    if (topic.toLowerCase().includes(wanted)) topics.push(topic);
    for (const channel of own.keys()) {
      if (`${topic}/${channel}`.toLowerCase().includes(wanted) && sees(actor, topic, channel))
        channels.push({ topic, channel });
    }
  }
  const nodes = collector.nodeRows
    .filter(({ key, hostname }) => `${key} ${hostname ?? ""}`.toLowerCase().includes(wanted))
    .map(({ key, hostname }) => ({ key, hostname }));
  const more = [topics, channels, nodes].reduce((sum, { length }) => sum + Math.max(0, length - shownMax), 0);
  return {
    topics: best(topics, (topic) => topic, wanted),
    channels: best(channels, ({ channel }) => channel, wanted),
    nodes: best(nodes, ({ key }) => key, wanted),
    more,
  };
}

function best<T>(found: readonly T[], nameOf: (one: T) => string, wanted: string): T[] {
  const rank = (one: T) => (nameOf(one).toLowerCase().startsWith(wanted) ? 0 : 1);
  return found
    .toSorted((one, other) => rank(one) - rank(other) || compare(nameOf(one), nameOf(other)))
    .slice(0, shownMax);
}

/** By name, as lists begin. */
function beside(names: readonly string[], here: string): Siblings {
  const sorted = names.toSorted(compare);
  const at = sorted.indexOf(here);
  if (at === -1) return { previous: null, next: null };
  return { previous: sorted[at - 1] ?? null, next: sorted[at + 1] ?? null };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
