/** Figures of topics, channels and clients in nsqadmin's shapes: of one node, and added up over several (`node: "*"`). */
import { addLatencies, type Latency, latencyOf } from "./latency.ts";
import type { Producer } from "./upstream.ts";
import type { UpstreamChannel, UpstreamClient, UpstreamTopic } from "./upstream-schema.ts";

interface Localities {
  readonly delivery_msg_count: number;
  readonly zone_local_msg_count?: number;
  readonly region_local_msg_count?: number;
  readonly global_msg_count?: number;
}

interface Depths {
  readonly depth: number;
  readonly memory_depth: number;
  readonly backend_depth: number;
  readonly message_count: number;
}

export interface ChannelStats extends Depths, Localities {
  readonly node: string;
  readonly hostname: string;
  readonly topic_name: string;
  readonly channel_name: string;
  readonly in_flight_count: number;
  readonly deferred_count: number;
  readonly requeue_count: number;
  readonly timeout_count: number;
  readonly client_count: number;
  readonly nodes: readonly ChannelStats[] | null;
  readonly clients: readonly object[];
  readonly paused: boolean;
  readonly e2e_processing_latency: Latency;
}

export interface TopicStats extends Depths, Localities {
  readonly node: string;
  readonly hostname: string;
  readonly topic_name: string;
  readonly nodes: readonly TopicStats[] | null;
  readonly channels: readonly ChannelStats[];
  readonly paused: boolean;
  readonly e2e_processing_latency: Latency;
}

/** A topic as one node has it. */
export function topicOf(topic: UpstreamTopic, producer: Producer, nowMs: number): TopicStats {
  const host = producer.peer.address.key;
  const channels = topic.channels.map((channel) => channelOf(topic.topic_name, channel, producer, nowMs));
  return {
    node: host,
    hostname: producer.hostname,
    topic_name: topic.topic_name,
    ...depthsOf(topic),
    ...addLocalities(channels),
    nodes: null,
    channels,
    paused: topic.paused,
    e2e_processing_latency: latencyOf(topic.e2e_processing_latency, {
      topic: topic.topic_name,
      channel: "",
      host,
    }),
  };
}

function channelOf(topic: string, channel: UpstreamChannel, producer: Producer, nowMs: number): ChannelStats {
  const host = producer.peer.address.key;
  const { channel_name, in_flight_count, deferred_count, requeue_count, timeout_count } = channel;
  return {
    node: host,
    hostname: producer.hostname,
    topic_name: topic,
    channel_name,
    ...depthsOf(channel),
    in_flight_count,
    deferred_count,
    requeue_count,
    timeout_count,
    ...addLocalities([channel]),
    client_count: channel.client_count,
    nodes: null,
    clients: channel.clients.map((client) => clientOf(client, producer, nowMs)),
    paused: channel.paused,
    e2e_processing_latency: latencyOf(channel.e2e_processing_latency, { topic, channel: channel_name, host }),
  };
}

function clientOf(client: UpstreamClient, producer: Producer, nowMs: number): object {
  const { topology_region, topology_zone, ...rest } = client;
  return {
    node: producer.peer.address.key,
    ...rest,
    // Nanoseconds, as Go writes a duration.
    connected: Math.max(0, nowMs - client.connect_ts * 1_000) * 1e6,
    ...(producer.topology_region && { node_topology_region: producer.topology_region }),
    ...(producer.topology_zone && { node_topology_zone: producer.topology_zone }),
    ...(topology_region && { topology_region }),
    ...(topology_zone && { topology_zone }),
  };
}

/** A topic over all its nodes. */
export function addTopics(name: string, topics: readonly TopicStats[]): TopicStats {
  const channels = Map.groupBy(
    topics.flatMap((topic) => topic.channels),
    (channel) => channel.channel_name,
  );
  return {
    node: "*",
    hostname: "",
    topic_name: name,
    ...addDepths(topics),
    ...addLocalities(topics),
    nodes: topics.toSorted(byHost),
    channels: [...channels.keys()]
      .sort()
      .map((channel) => addChannels(name, channel, channels.get(channel)!)),
    paused: topics.some(({ paused }) => paused),
    e2e_processing_latency: addLatencies(
      topics.map((topic) => topic.e2e_processing_latency),
      { topic: name, channel: "", host: "*" },
    ),
  };
}

/** A channel over all its nodes. */
export function addChannels(topic: string, name: string, channels: readonly ChannelStats[]): ChannelStats {
  const sum = (figure: (channel: ChannelStats) => number) =>
    channels.reduce((total, channel) => total + figure(channel), 0);
  return {
    node: "*",
    hostname: "",
    topic_name: topic,
    channel_name: name,
    ...addDepths(channels),
    in_flight_count: sum((channel) => channel.in_flight_count),
    deferred_count: sum((channel) => channel.deferred_count),
    requeue_count: sum((channel) => channel.requeue_count),
    timeout_count: sum((channel) => channel.timeout_count),
    ...addLocalities(channels),
    client_count: sum((channel) => channel.client_count),
    nodes: channels.toSorted(byHost),
    clients: channels.toSorted(byHost).flatMap((channel) => channel.clients),
    paused: channels.some(({ paused }) => paused),
    e2e_processing_latency: addLatencies(
      channels.map((channel) => channel.e2e_processing_latency),
      { topic, channel: name, host: "*" },
    ),
  };
}

function depthsOf(one: { depth: number; backend_depth: number; message_count: number }): Depths {
  const { depth, backend_depth, message_count } = one;
  return { depth, memory_depth: depth - backend_depth, backend_depth, message_count };
}

function addDepths(all: readonly Depths[]): Depths {
  const sums = { depth: 0, memory_depth: 0, backend_depth: 0, message_count: 0 };
  for (const key of Object.keys(sums) as (keyof Depths)[])
    sums[key] = all.reduce((sum, one) => sum + one[key], 0);
  return sums;
}

const localities = ["zone_local_msg_count", "region_local_msg_count", "global_msg_count"] as const;

/** Zeros are left out, as nsqd leaves them out. */
function addLocalities(all: readonly Partial<Localities>[]): Localities {
  const sums = localities.map((key) => [key, all.reduce((sum, one) => sum + (one[key] ?? 0), 0)] as const);
  return {
    delivery_msg_count: sums.reduce((total, [, sum]) => total + sum, 0),
    ...Object.fromEntries(sums.filter(([, sum]) => sum !== 0)),
  };
}

function byHost(one: { hostname: string }, other: { hostname: string }): number {
  return one.hostname < other.hostname ? -1 : one.hostname > other.hostname ? 1 : 0;
}
