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

/** One flow as it is: most topics are on one node. Written out field by field, because it is done for every topic and channel at every tick. */
export function addFlows(flows: Iterable<Flow>): Flow {
  let first: Flow | null = null;
  let sums: Sums | null = null;
  for (const flow of flows) {
    if (first === null) first = flow;
    else {
      sums ??= { ...first };
      addTo(sums, flow);
    }
  }
  return sums ?? first ?? unknownFlow;
}

function addTo(sums: Sums, flow: Flow): void {
  sums.inRate = plus(sums.inRate, flow.inRate);
  sums.outRate = plus(sums.outRate, flow.outRate);
  sums.finishRate = plus(sums.finishRate, flow.finishRate);
  sums.requeueRate = plus(sums.requeueRate, flow.requeueRate);
  sums.timeoutRate = plus(sums.timeoutRate, flow.timeoutRate);
  sums.depth = plus(sums.depth, flow.depth);
  sums.memoryDepth = plus(sums.memoryDepth, flow.memoryDepth);
  sums.storedDepth = plus(sums.storedDepth, flow.storedDepth);
  sums.inFlight = plus(sums.inFlight, flow.inFlight);
  sums.deferred = plus(sums.deferred, flow.deferred);
  sums.messageCount = plus(sums.messageCount, flow.messageCount);
  sums.deliverCount = plus(sums.deliverCount, flow.deliverCount);
  sums.finishCount = plus(sums.finishCount, flow.finishCount);
  sums.requeueCount = plus(sums.requeueCount, flow.requeueCount);
  sums.timeoutCount = plus(sums.timeoutCount, flow.timeoutCount);
  sums.oldestAgeMs = older(sums.oldestAgeMs, flow.oldestAgeMs);
  sums.clients = plus(sums.clients, flow.clients);
}

function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : one + other;
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

/** What of a topic's flow is its own: what has not left it, and no channel's. */
export type OwnPart = {
  readonly [Key in "depth" | "memoryDepth" | "storedDepth"]: number;
} & { readonly oldestAgeMs: number | null };

/** A topic's flow with these channels alone: what came in stays the topic's. */
export function flowWithout(whole: Flow, own: OwnPart, channels: readonly Flow[]): Flow {
  const sums = addFlows(channels.length > 0 ? channels : [zeroFlow]);
  return { ...joinedOwn(own, sums), inRate: whole.inRate, messageCount: whole.messageCount };
}

function joinedOwn(own: OwnPart, sums: Flow): Flow {
  return {
    ...sums,
    depth: own.depth + (sums.depth ?? 0),
    memoryDepth: own.memoryDepth + (sums.memoryDepth ?? 0),
    storedDepth: own.storedDepth + (sums.storedDepth ?? 0),
    oldestAgeMs: older(own.oldestAgeMs, sums.oldestAgeMs),
  };
}

function sumTopic(topic: TopicEntry, kind: RateKind): Flow {
  const { live } = topic;
  const channels = [...topic.channels.values()].map((channel) => channelFlow(channel, kind));
  const sums = addFlows(channels.length > 0 ? channels : [zeroFlow]);
  return { ...joinedOwn(live, sums), inRate: topic.messages[kind], messageCount: live.messageCount };
}
