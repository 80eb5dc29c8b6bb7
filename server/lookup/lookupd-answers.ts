/**
 * What a lookup is asked: topics, channels, nodes, who has what. Answers are made piece by piece, for
 * ten thousand topics on hundreds of nodes are megabytes; what they are made of may change meanwhile,
 * so whatever goes by numbers is copied in the turn in which it is begun.
 */
import { topicArgument } from "../http-api/arguments.ts";
import { type Answer, Json } from "../http-api/call.ts";
import { Refusal } from "../http-api/errors.ts";
import { writeHealth } from "../http-api/health.ts";
import { writeStream } from "../http-api/stream.ts";
import { parseQuery } from "../http-api/target.ts";
import { jsonArray, jsonObject } from "./json-pieces.ts";
import type { Call } from "./lookupd-call.ts";
import type { Channel, Producer, Topic } from "./registration.ts";
import type { Registry } from "./registry.ts";

/** NSQ's word for all topics. */
const anyTopic = "*";
const jsonType = "application/json; charset=utf-8";
const nsPerMs = 1_000_000n;

export function ping(call: Call): Answer {
  return writeHealth(call, "OK");
}

export function info({ ports }: Call): Answer {
  return new Json({ version: ports.identity().version });
}

export function topics(call: Call): Promise<Answer> {
  const { topics } = call.ports.registry;
  return write(call, { topics: jsonArray(quoted(listed(topics.values()))) });
}

export async function channels(call: Call): Promise<Answer> {
  const named = topicsNamed(call);
  return named instanceof Refusal ? named : write(call, { channels: jsonArray(quoted(channelsOf(named))) });
}

export async function lookup(call: Call): Promise<Answer> {
  const named = topicsNamed(call);
  if (named instanceof Refusal) return named;
  const found = [...listed(named)];
  if (found.length === 0) return new Refusal("TOPIC_NOT_FOUND");
  return write(call, {
    channels: jsonArray(quoted(channelsOf(found))),
    producers: jsonArray(producersOf(call.ports.registry, found).map(({ json }) => json)),
  });
}

export function nodes(call: Call): Promise<Answer> {
  return write(call, { producers: nodesOf(call.ports.registry) });
}

export function debug(call: Call): Promise<Answer> {
  return writeStream(call, jsonType, jsonObject(registrations(call.ports.registry)));
}

function write(call: Call, fields: Readonly<Record<string, Iterable<string>>>): Promise<Answer> {
  return writeStream(call, jsonType, jsonObject(Object.entries(fields)));
}

/** Those that the query's `topic` names, also where they are there only for their channels. */
function topicsNamed(call: Call): Topic[] | Refusal {
  const query = parseQuery(call.rawQuery);
  const name = query instanceof Refusal ? query : topicArgument(query);
  if (name instanceof Refusal) return name;
  const { topics } = call.ports.registry;
  if (name === anyTopic) return [...topics.values()];
  const topic = topics.get(name);
  return topic ? [topic] : [];
}

function* listed(topics: Iterable<Topic>): Generator<Topic> {
  for (const topic of topics) if (topic.listed) yield topic;
}

/** Names are of characters that JSON takes as they are. */
function* quoted(named: Iterable<{ readonly name: string }>): Generator<string> {
  for (const { name } of named) yield `"${name}"`;
}

function* channelsOf(topics: readonly Topic[]): Generator<Channel> {
  for (const { channels } of topics) yield* channels.values();
}

/** A tombstone hides a node from its topic only. Of several topics every node that has any. */
function producersOf(registry: Registry, [topic, ...others]: readonly Topic[]): Producer[] {
  if (topic === undefined || others.length > 0) {
    return [...registry.activeOf(registry.producers)].filter(({ topics }) => topics.size > 0);
  }
  return [...registry.activeOf(registry.producersOf(topic))].filter(
    (producer) => !registry.isTombstoned(topic, producer),
  );
}

function* nodesOf(registry: Registry): Generator<string> {
  yield "[";
  let separator = "";
  for (const producer of registry.activeOf(registry.producers)) {
    const topics = registry.topicsOf(producer);
    const tombstones = topics.map((topic) => String(registry.isTombstoned(topic, producer)));
    yield `${separator}${producer.json.slice(0, -1)},"tombstones":`;
    yield* jsonArray(tombstones);
    yield ',"topics":';
    yield* jsonArray(quoted(topics));
    yield "}";
    separator = ",";
  }
  yield "]";
}

/** Keys are `category:topic:channel`; what nobody has is left out. */
function* registrations(registry: Registry): Generator<[key: string, value: Iterable<string>]> {
  const all = [...registry.producers];
  if (all.length > 0) yield ["client::", jsonArray(all.map((producer) => shown(producer, null)))];
  for (const topic of registry.topics.values()) {
    const producers = Array.from(registry.producersOf(topic), (producer) => shown(producer, topic));
    if (producers.length > 0) yield [`topic:${topic.name}:`, jsonArray(producers)];
    for (const channel of topic.channels.values()) {
      const producers = Array.from(registry.producersOf(channel), (producer) => shown(producer, null));
      if (producers.length > 0) yield [`channel:${topic.name}:${channel.name}`, jsonArray(producers)];
    }
  }
}

/** Nanoseconds have more digits than a number of JavaScript's. */
function shown(producer: Producer, topic: Topic | null): string {
  const { id, identity, heard } = producer;
  const tombstoned = topic === null ? undefined : producer.tombstones.get(topic);
  const fields = {
    id,
    hostname: identity.hostname,
    broadcast_address: identity.broadcastAddress,
    tcp_port: identity.tcpPort,
    http_port: identity.httpPort,
    version: identity.version,
    topology_zone: identity.topologyZone,
    topology_region: identity.topologyRegion,
  };
  const times = `"last_update":${ns(heard.wallMs)},"tombstoned":${tombstoned !== undefined},"tombstoned_at":${ns(tombstoned?.wallMs ?? 0)}`;
  return `${JSON.stringify(fields).slice(0, -1)},${times}}`;
}

function ns(wallMs: number): bigint {
  return BigInt(Math.floor(wallMs)) * nsPerMs;
}
