/** The node and its topics in the shape of `server/protocol/live.ts`. */
import type { Channel } from "../broker/channel.ts";
import { channelLatency } from "../broker/latency.ts";
import type { Topic } from "../broker/topic.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import type { LiveChannel, LiveNode, LiveTopic } from "../protocol/live.ts";
import { clusterDifferences } from "./cluster.ts";
import type { HttpPorts } from "./ports.ts";

// An age grows by itself: told again when what was told is this far off.
const ageOffMs = 900;
const ageOffShare = 0.02;

export class ConnectionCounts {
  connections = 0;
  producers = 0;
  consumers = 0;

  add({ pubCounts, subscription }: ConnectionStats): void {
    this.connections++;
    if (pubCounts.size > 0) this.producers++;
    if (subscription !== null) this.consumers++;
  }
}

export function liveNode(ports: HttpPorts, counts: ConnectionCounts): LiveNode {
  const { broker, node, process } = ports;
  return {
    id: node.id,
    version: node.version,
    hostname: node.hostname,
    broadcastAddress: node.broadcastAddress,
    tcpPort: node.tcpPort,
    httpPort: node.httpPort,
    region: ports.options["topology-region"],
    zone: ports.options["topology-zone"],
    startedAtMs: node.startedAtMs,
    health: ports.health(),
    connections: counts.connections,
    producers: counts.producers,
    consumers: counts.consumers,
    rssBytes: process.rssBytes(),
    cpu: process.cpu(),
    loopLagP99Ms: process.loopLagP99Ms(),
    memBytes: broker.memoryBytes,
    memBytesMax: broker.options.memBytes,
    pressure: broker.pressure,
    clusterDifferences: ports.cluster && clusterDifferences(ports.cluster),
    cluster: ports.lease(),
    store: ports.store(),
  };
}

export function liveTopic(topic: Topic, wallMs: number): LiveTopic {
  const { depth, storedDepth } = topic;
  return {
    name: topic.name,
    paused: topic.paused,
    ephemeral: topic.ephemeral,
    durable: topic.durable,
    depth,
    memoryDepth: depth - storedDepth,
    storedDepth,
    messageCount: topic.messageCount,
    messageBytes: topic.messageBytes,
    oldestAgeMs: ageOf(topic.oldestWallMs, wallMs),
    channels: Array.from(topic.channels.values(), (channel) => liveChannel(channel, wallMs)),
  };
}

function liveChannel(channel: Channel, wallMs: number): LiveChannel {
  const { depth, storedDepth } = channel;
  return {
    name: channel.name,
    paused: channel.paused,
    ephemeral: channel.ephemeral,
    depth,
    memoryDepth: depth - storedDepth,
    storedDepth,
    inFlight: channel.inFlightCount,
    deferred: channel.deferredCount,
    messageCount: channel.messageCount,
    deliverCount: channel.deliverCount,
    finishCount: channel.finishCount,
    requeueCount: channel.requeueCount,
    timeoutCount: channel.timeoutCount,
    poisonCount: channel.exceptions.poisonCount,
    clientCount: channel.subscriptions.length,
    latency: channelLatency(channel),
    oldestAgeMs: ageOf(channel.oldestWallMs, wallMs),
  };
}

function ageOf(publishedWallMs: number | null, wallMs: number): number | null {
  return publishedWallMs === null ? null : Math.max(0, Math.round(wallMs - publishedWallMs));
}

/** Whether a reader who knows `before` has to be told. */
export function differs(before: LiveTopic, after: LiveTopic): boolean {
  return (
    figuresDiffer(before, after) ||
    before.channels.length !== after.channels.length ||
    before.channels.some((channel, index) => figuresDiffer(channel, after.channels[index]!))
  );
}

function figuresDiffer<T extends LiveTopic | LiveChannel>(before: T, after: T): boolean {
  for (const key of Object.keys(before) as (keyof T)[]) {
    if (key === "channels" || key === "oldestAgeMs") continue;
    if (before[key] !== after[key]) return true;
  }
  return ageDiffers(before.oldestAgeMs, after.oldestAgeMs);
}

function ageDiffers(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return before !== after;
  return Math.abs(after - before) > Math.max(ageOffMs, before * ageOffShare);
}
