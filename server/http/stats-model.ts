/** Which topics, channels and clients `/stats` is asked for, and their figures under NSQ's names. */
import type { Channel } from "../broker/channel.ts";
import { channelLatency, type LatencyFigures, topicLatency } from "../broker/latency.ts";
import type { Topic } from "../broker/topic.ts";
import type { Query } from "../http-api/target.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import { clientFigures, pubCounts } from "./client-stats.ts";
import type { HttpPorts } from "./ports.ts";

const flags: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

export function wantsClients(query: Query): boolean {
  return flags.get(query.get("include_clients") ?? "") ?? true;
}

export class Selection {
  readonly ports: HttpPorts;
  readonly includeMemory: boolean;
  readonly includeClients: boolean;
  /** null: there is no topic of that name. */
  readonly topics: readonly Topic[] | null;
  /** Of each client: NSQ has them by channel alone. */
  readonly #includeTimeouts: boolean;
  readonly #topicName: string;
  readonly #channelName: string;
  /** By number; empty when clients are not asked for. */
  readonly #connections: ReadonlyMap<number, ConnectionStats>;

  constructor(ports: HttpPorts, query: Query, connections: ReadonlyMap<number, ConnectionStats>) {
    this.ports = ports;
    this.includeMemory = flags.get(query.get("include_mem") ?? "") ?? true;
    this.includeClients = wantsClients(query);
    this.#includeTimeouts = query.get("include_timeouts") === "true";
    this.#topicName = query.get("topic") ?? "";
    this.#channelName = query.get("channel") ?? "";
    this.#connections = connections;
    this.topics = this.#selectTopics();
  }

  channelsOf(topic: Topic): readonly Channel[] {
    if (this.#channelName === "") return byName(topic.channels);
    const channel = topic.channels.get(this.#channelName);
    return channel ? [channel] : [];
  }

  *clientsOf(channel: Channel): Iterable<ClientFigures> {
    for (const { number } of channel.subscriptions) {
      const connection = this.#connections.get(number);
      if (!connection) continue;
      const figures = clientFigures(connection, pubCounts(connection, this.#topicName));
      yield this.#includeTimeouts
        ? { ...figures, timeout_count: connection.subscription?.timeoutCount ?? 0 }
        : figures;
    }
  }

  /** Everybody who has published anything, also elsewhere than in the topic asked for, as nsqd has it. */
  *producers(): Iterable<ClientFigures> {
    if (this.topics === null) return;
    for (const connection of this.#connections.values()) {
      if (connection.pubCounts.size > 0)
        yield clientFigures(connection, pubCounts(connection, this.#topicName));
    }
  }

  #selectTopics(): readonly Topic[] | null {
    const { topics } = this.ports.broker;
    if (this.#topicName === "") {
      const all = byName(topics);
      return this.#channelName === "" ? all : all.filter((topic) => topic.channels.has(this.#channelName));
    }
    const topic = topics.get(this.#topicName);
    if (!topic) return null;
    return this.#channelName === "" || this.channelsOf(topic).length > 0 ? [topic] : [];
  }
}

/** Names are sorted, not what bears them: without a comparison of ours ten thousand take a few milliseconds. */
function byName<T>(named: ReadonlyMap<string, T>): T[] {
  return [...named.keys()].sort().map((name) => named.get(name)!);
}

export type ClientFigures = ReturnType<typeof clientFigures> & { readonly timeout_count?: number };

export function topicFigures(topic: Topic) {
  return {
    depth: topic.depth,
    backend_depth: topic.backendDepth,
    message_count: topic.messageCount,
    message_bytes: topic.messageBytes,
    paused: topic.paused,
    e2e_processing_latency: latency(topicLatency(topic)),
  };
}

export function channelFigures(channel: Channel) {
  return {
    channel_name: channel.name,
    depth: channel.depth,
    backend_depth: channel.backendDepth,
    in_flight_count: channel.inFlightCount,
    deferred_count: channel.deferredCount,
    message_count: channel.messageCount,
    ...(channel.deliverCount > 0 && { global_msg_count: channel.deliverCount }),
    requeue_count: channel.requeueCount,
    timeout_count: channel.timeoutCount,
    client_count: channel.subscriptions.length,
  };
}

export type Latency = ReturnType<typeof latency>;

export function latencyOf(channel: Channel): Latency {
  return latency(channelLatency(channel));
}

/** In nanoseconds, in the order in which the percentiles were asked for. */
function latency(figures: LatencyFigures | null) {
  const percentiles = figures?.percentiles.map(({ quantile, ms }) => ({
    quantile,
    value: Math.round(ms * 1e6),
  }));
  return { count: figures?.count ?? 0, percentiles: percentiles ?? null };
}
