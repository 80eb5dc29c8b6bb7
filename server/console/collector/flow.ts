/** Adding up what moves: over channels, topics and nodes. An unknown part is left out; all unknown is unknown. */
import type { Flow } from "../contract/index.ts";
import type { ChannelEntry, TopicEntry } from "./node-state.ts";

/** Rates as people see them, or of the last interval as charts draw them. */
export type RateKind = "smooth" | "raw";

type Sums = { -readonly [Key in keyof Flow]: Flow[Key] };

export const unknownFlow: Flow = {
  inRate: null,
  outRate: null,
  finishRate: null,
  requeueRate: null,
  timeoutRate: null,
  depth: null,
  memoryDepth: null,
  storedDepth: null,
  inFlight: null,
  deferred: null,
  messageCount: null,
  deliverCount: null,
  finishCount: null,
  requeueCount: null,
  timeoutCount: null,
  oldestAgeMs: null,
  clients: null,
};

/** Nothing there, and known to be: a node without topics. */
export const zeroFlow: Flow = {
  ...Object.fromEntries(Object.keys(unknownFlow).map((key) => [key, 0])),
  oldestAgeMs: null,
} as Flow;

const summed = (Object.keys(unknownFlow) as (keyof Flow)[]).filter((key) => key !== "oldestAgeMs");

export function addFlows(flows: Iterable<Flow>): Flow {
  const sums: Sums = { ...unknownFlow };
  for (const flow of flows) {
    for (const key of summed) {
      const value = flow[key];
      if (value !== null) sums[key] = (sums[key] ?? 0) + value;
    }
    sums.oldestAgeMs = older(sums.oldestAgeMs, flow.oldestAgeMs);
  }
  return sums;
}

export function older(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** The last that was known of a silent node: how much there was, not how fast it moved. */
export function withoutRates(flow: Flow): Flow {
  return { ...flow, inRate: null, outRate: null, finishRate: null, requeueRate: null, timeoutRate: null };
}

export function channelFlow(channel: ChannelEntry, kind: RateKind): Flow {
  const { live, meters } = channel;
  return {
    inRate: meters.messages[kind],
    outRate: meters.deliveries[kind],
    finishRate: meters.finishes[kind],
    requeueRate: meters.requeues[kind],
    timeoutRate: meters.timeouts[kind],
    depth: live.depth,
    memoryDepth: live.memoryDepth,
    storedDepth: live.storedDepth,
    inFlight: live.inFlight,
    deferred: live.deferred,
    messageCount: live.messageCount,
    deliverCount: live.deliverCount,
    finishCount: live.finishCount,
    requeueCount: live.requeueCount,
    timeoutCount: live.timeoutCount,
    oldestAgeMs: live.oldestAgeMs,
    clients: live.clientCount,
  };
}

/** A topic with all its channels: what came in is the topic's, what is left over is everybody's. */
export function topicFlow(topic: TopicEntry, kind: RateKind): Flow {
  topic.flows[kind] ??= sumTopic(topic, kind);
  return topic.flows[kind];
}

function sumTopic(topic: TopicEntry, kind: RateKind): Flow {
  const { live } = topic;
  const channels = [...topic.channels.values()].map((channel) => channelFlow(channel, kind));
  const sums = addFlows(channels.length > 0 ? channels : [zeroFlow]);
  return {
    ...sums,
    inRate: topic.messages[kind],
    messageCount: live.messageCount,
    depth: live.depth + (sums.depth ?? 0),
    memoryDepth: live.memoryDepth + (sums.memoryDepth ?? 0),
    storedDepth: live.storedDepth + (sums.storedDepth ?? 0),
    oldestAgeMs: older(live.oldestAgeMs, sums.oldestAgeMs),
  };
}
