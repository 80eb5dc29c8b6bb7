/** nsqadmin's reads: asked of lookups and nodes anew each time, so that a script sees what is there now. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Gate } from "../bounded.ts";
import { eyeOf } from "../live/eye.ts";
import { inactiveTopics } from "./inactive.ts";
import { NsqRefusal } from "./refusal.ts";
import type { NsqadminOptions } from "./routes.ts";
import { addChannels, addTopics, topicOf } from "./stats.ts";
import type { Joined, Producer } from "./upstream.ts";
import type { UpstreamTopic } from "./upstream-schema.ts";

/** The words under which what failed is told beside what did not. */
export function warningOf(...parts: readonly Pick<Joined<unknown>, "errors">[]): string {
  const errors = parts.flatMap((part) => part.errors);
  return errors.length === 0 ? "" : `WARNING: ${errors.join("; ")}`;
}

/** Reads of a whole cluster: each may hold the answers of all nodes for a while. */
const wholeAtOnceMax = 2;
const wholeWaitingMax = 50;

export function readRoutes(app: FastifyInstance, { upstream, clock }: NsqadminOptions): void {
  const gate = new Gate(wholeAtOnceMax);
  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    if (gate.waiting >= wholeWaitingMax) throw new NsqRefusal(503, "BUSY");
    return gate.run(read);
  };

  app.get<{ Querystring: { inactive?: unknown } }>("/api/topics", (request) =>
    inTurn(async () => {
      const { query } = request;
      const sees = sightOf(request);
      if (query.inactive === "true") {
        const inactive = await inactiveTopics(upstream);
        // A topic may be called __proto__.
        const topics = Object.assign(Object.create(null), Object.fromEntries(narrowed(inactive.value, sees)));
        return { topics, message: warningOf(inactive) };
      }
      const topics = await upstream.topics();
      const seen = topics.value.filter((topic) => sees(topic));
      return { topics: seen.length === 0 ? null : seen, message: warningOf(topics) };
    }),
  );

  const statsOf = async (request: FastifyRequest, topic: string, channel?: string) => {
    const sees = sightOf(request);
    if (!sees(topic, channel))
      throw new NsqRefusal(404, channel === undefined ? "TOPIC_NOT_FOUND" : "CHANNEL_NOT_FOUND");
    const producers = await upstream.producersOf(topic);
    const selection = {
      topic,
      ...(channel === undefined ? {} : { channel }),
      clients: channel !== undefined,
    };
    const stats = await upstream.stats(producers.value, selection);
    const nowMs = clock.wallMs();
    const topics = stats.value.flatMap((one) =>
      one.topics.map((found) => topicOf(seenOf(found, sees), one.producer, nowMs)),
    );
    return { topics, message: warningOf(producers, stats) };
  };
  app.get<{ Params: { topic: string } }>("/api/topics/:topic", async (request) => {
    const { topic } = request.params;
    const { topics, message } = await statsOf(request, topic);
    return { ...addTopics(topic, topics), message };
  });
  app.get<{ Params: { topic: string; channel: string } }>("/api/topics/:topic/:channel", async (request) => {
    const { topic, channel } = request.params;
    const { topics, message } = await statsOf(request, topic, channel);
    const found = topics.flatMap(({ channels }) => channels.filter((one) => one.channel_name === channel));
    return found.length === 0 ? { message } : { ...addChannels(topic, channel, found), message };
  });

  app.get("/api/nodes", (request) =>
    inTurn(async () => {
      const sees = sightOf(request);
      const producers = await upstream.producers();
      const newest = producers.value.reduce(
        (most, { version }) => (isOlder(most, version) ? version : most),
        "",
      );
      const nodes = producers.value.map((producer) => nodeOf(producer, newest, sees));
      return { nodes, message: warningOf(producers) };
    }),
  );
  app.get<{ Params: { node: string } }>("/api/nodes/:node", (request) =>
    inTurn(async () => {
      const { node } = request.params;
      const sees = sightOf(request);
      const producers = await upstream.producers();
      const producer = findNode(producers.value, node);
      if (!producer) throw new NsqRefusal(404, "NODE_NOT_FOUND");
      const stats = await upstream.stats([producer], { clients: true });
      const nowMs = clock.wallMs();
      const topics = stats.value.flatMap((one) =>
        one.topics
          .filter(({ topic_name }) => sees(topic_name))
          .map((topic) => topicOf(seenOf(topic, sees), producer, nowMs)),
      );
      return {
        node,
        topics,
        total_messages: topics.reduce((sum, topic) => sum + topic.message_count, 0),
        total_clients: topics
          .flatMap(({ channels }) => channels)
          .reduce((sum, channel) => sum + channel.clients.length, 0),
        message: warningOf(producers, stats),
      };
    }),
  );

  app.get("/api/counter", (request) =>
    inTurn(async () => {
      const sees = sightOf(request);
      const producers = await upstream.producers();
      const answers = await upstream.stats(producers.value, { clients: false });
      const stats: Record<string, object> = Object.create(null);
      for (const { producer, topics } of answers.value) {
        const node = producer.peer.address.key;
        for (const { topic_name, channels } of topics) {
          for (const { channel_name, message_count } of channels) {
            if (!sees(topic_name, channel_name)) continue;
            stats[`${topic_name}:${channel_name}:${node}`] = {
              node,
              topic_name,
              channel_name,
              message_count,
            };
          }
        }
      }
      return { stats, message: warningOf(producers, answers) };
    }),
  );
}

/** By its HTTP address, or its TCP address. */
export function findNode(producers: readonly Producer[], node: string): Producer | undefined {
  return producers.find(
    ({ peer, broadcast_address, tcp_port }) =>
      peer.address.key === node || `${broadcast_address}:${tcp_port}` === node,
  );
}

type Sees = (topic: string, channel?: string) => boolean;

/** Whom the console does not know itself, it was told to let see all. */
function sightOf({ visitor }: FastifyRequest): Sees {
  return visitor ? eyeOf(visitor.actor).sees : () => true;
}

function seenOf(topic: UpstreamTopic, sees: Sees): UpstreamTopic {
  return {
    ...topic,
    channels: topic.channels.filter(({ channel_name }) => sees(topic.topic_name, channel_name)),
  };
}

function* narrowed(topics: ReadonlyMap<string, readonly string[] | null>, sees: Sees) {
  for (const [topic, channels] of topics)
    if (sees(topic))
      yield [topic, channels === null ? null : channels.filter((channel) => sees(topic, channel))] as const;
}

function nodeOf(producer: Producer, newest: string, sees: Sees): object {
  const topics = producer.topics.filter(({ topic }) => sees(topic));
  const { topology_zone, topology_region } = producer;
  return {
    remote_addresses: producer.remoteAddresses,
    remote_address: producer.remote_address,
    hostname: producer.hostname,
    broadcast_address: producer.broadcast_address,
    tcp_port: producer.tcp_port,
    http_port: producer.http_port,
    version: producer.version,
    ...(topology_zone && { topology_zone }),
    ...(topology_region && { topology_region }),
    topics: topics.length === 0 ? null : topics,
    out_of_date: isOlder(producer.version, newest),
  };
}

/** By major, minor and patch, as semantic versions go; what comes after a dash is older than without. */
export function isOlder(one: string, other: string): boolean {
  const [mine, theirs] = [partsOf(one), partsOf(other)];
  const at = mine.findIndex((part, index) => part !== theirs[index]);
  return at !== -1 && mine[at]! < theirs[at]!;
}

function partsOf(version: string): number[] {
  const match = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-)?/.exec(version);
  return [match?.[1], match?.[2], match?.[3]].map((part) => Number(part ?? 0)).concat(match?.[4] ? 0 : 1);
}
