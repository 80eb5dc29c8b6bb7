/**
 * One topic over all nodes, as rows of tables. Fresh nodes are added up; of a topic that only silent
 * nodes have, the last that was known is shown, marked stale, without rates.
 */
import type { ChannelRow, Flow, ShareRow, TopicRow } from "../contract/index.ts";
import {
  addFlows,
  channelFlow,
  flowWithout,
  type OwnPart,
  older,
  type RateKind,
  topicFlow,
  unknownFlow,
  withoutRates,
  zeroFlow,
} from "./flow.ts";
import { joinLatencies } from "./latency.ts";
import type { ChannelEntry, KnownTopic, TopicEntry } from "./node-state.ts";
import type { Subscription } from "./subscription.ts";

export interface JoinedChannel {
  readonly row: ChannelRow;
  /** With the rates of the last interval, for the chart. */
  readonly raw: Flow;
}

export interface JoinedTopic {
  readonly row: TopicRow;
  readonly raw: Flow;
  /** What of `row.flow` is the topic's own and no channel's. */
  readonly own: OwnPart;
  readonly channels: ReadonlyMap<string, JoinedChannel>;
}

interface Part<Entry> {
  readonly key: string;
  readonly fresh: boolean;
  readonly entry: Entry;
}

/** null: no node has it. */
export function joinTopic(name: string, nodes: readonly Subscription[]): JoinedTopic | null {
  const parts: Part<TopicEntry>[] = [];
  for (const node of nodes) {
    const entry = node.state.topics.get(name);
    if (entry) parts.push({ key: node.key, fresh: node.fresh, entry });
  }
  if (parts.length === 0) return null;
  const lives = parts.map((part) => part.entry.live);
  const channels = new Map<string, JoinedChannel>();
  const names = new Set(parts.flatMap((part) => [...part.entry.channels.keys()]));
  for (const channel of [...names].sort()) channels.set(channel, joinChannel(channel, parts));
  const counted = speaking(parts).map((part) => part.entry.live);
  const row: TopicRow = {
    key: name,
    paused: lives.some((live) => live.paused),
    ephemeral: lives.some((live) => live.ephemeral),
    durable: classOf(lives),
    flow: joinFlows(parts, topicFlow, "smooth"),
    topicDepth: sum(counted.map((live) => live.depth)),
    messageBytes: sum(counted.map((live) => live.messageBytes)),
    channelCount: channels.size,
    nodes: parts.map((part) => part.key),
    stale: parts.some((part) => !part.fresh),
    heard: parts.some((part) => part.fresh),
  };
  const own = {
    depth: row.topicDepth ?? 0,
    memoryDepth: sum(counted.map((live) => live.memoryDepth)),
    storedDepth: sum(counted.map((live) => live.storedDepth)),
    oldestAgeMs: counted.reduce<number | null>((age, live) => older(age, live.oldestAgeMs), null),
  };
  return { row, raw: joinFlows(parts, topicFlow, "raw"), own, channels };
}

/** As if it had no other channels than those that `seesChannel` says. */
export function withoutOthers(topic: JoinedTopic, seesChannel: (channel: string) => boolean): JoinedTopic {
  const channels = new Map([...topic.channels].filter(([name]) => seesChannel(name)));
  if (channels.size === topic.channels.size) return topic;
  const parts = [...channels.values()];
  const { own, row } = topic;
  const flow = flowWithout(
    row.flow,
    own,
    parts.map((channel) => channel.row.flow),
  );
  let raw: Flow | null = null;
  return {
    row: { ...row, flow, channelCount: channels.size },
    ...{ own, channels },
    // Few topics are charted.
    get raw() {
      raw ??= flowWithout(
        topic.raw,
        own,
        parts.map((channel) => channel.raw),
      );
      return raw;
    },
  };
}

/** As if a topic had no other channels than those that `seesChannel` says. */
export function withChannels(entry: TopicEntry, seesChannel?: (channel: string) => boolean): TopicEntry {
  if (seesChannel === undefined) return entry;
  const channels = new Map([...entry.channels].filter(([name]) => seesChannel(name)));
  return channels.size === entry.channels.size
    ? entry
    : { ...entry, channels, flows: { smooth: null, raw: null } };
}

function classOf(lives: readonly KnownTopic[]): TopicRow["durable"] {
  const durable = lives.filter((live) => live.durable).length;
  if (durable === 0) return "none";
  return durable === lives.length ? "all" : "some";
}

function joinChannel(name: string, topics: readonly Part<TopicEntry>[]): JoinedChannel {
  const parts: Part<ChannelEntry>[] = [];
  for (const part of topics) {
    const entry = part.entry.channels.get(name);
    if (entry) parts.push({ ...part, entry });
  }
  const row: ChannelRow = {
    key: name,
    paused: parts.some((part) => part.entry.live.paused),
    ephemeral: parts.some((part) => part.entry.live.ephemeral),
    flow: joinFlows(parts, channelFlow, "smooth"),
    latency: joinLatencies(speaking(parts).map((part) => part.entry.live.latency)),
    poison: knownSum(speaking(parts).map((part) => part.entry.live.poisonCount)),
    nodes: parts.map((part) => part.key),
    stale: parts.some((part) => !part.fresh),
    heard: parts.some((part) => part.fresh),
  };
  let raw: Flow | null = null;
  return {
    row,
    // Few channels are charted.
    get raw() {
      raw ??= joinFlows(parts, channelFlow, "raw");
      return raw;
    },
  };
}

/** The fresh ones; all, when none is. */
export function speaking<Part extends { readonly fresh: boolean }>(parts: readonly Part[]): readonly Part[] {
  const fresh = parts.filter((part) => part.fresh);
  return fresh.length > 0 ? fresh : parts;
}

function joinFlows<Entry>(
  parts: readonly Part<Entry>[],
  flowOf: (entry: Entry, kind: RateKind) => Flow,
  kind: RateKind,
): Flow {
  const flow = addFlows(speaking(parts).map((part) => flowOf(part.entry, kind)));
  return parts.some((part) => part.fresh) ? flow : withoutRates(flow);
}

/** Of those that say; null: none does. */
function knownSum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sum(known);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Each node's part of a topic, of those of its channels that `seesChannel` says, or of one of its channels. */
export function shareRows(
  topic: string,
  channel: string | null,
  nodes: readonly Subscription[],
  nowMs: number,
  seesChannel?: (channel: string) => boolean,
) {
  const rows: ShareRow[] = [];
  for (const node of nodes) {
    const whole = node.state.topics.get(topic);
    const entry = whole && withChannels(whole, seesChannel);
    const part = channel === null ? entry : entry?.channels.get(channel);
    if (!entry || !part) continue;
    const flow = channel === null ? topicFlow(entry, "smooth") : channelFlow(part as ChannelEntry, "smooth");
    rows.push({
      key: node.key,
      hostname: node.state.node?.hostname ?? null,
      paused: part.live.paused,
      durable: entry.live.durable,
      flow: node.fresh ? flow : withoutRates(flow),
      topicDepth: channel === null ? entry.live.depth : null,
      stale: !node.fresh,
      ageMs: node.heardAtMs === null ? null : Math.round(nowMs - node.heardAtMs),
    });
  }
  return rows;
}

/** A whole node: all its topics. */
export function nodeFlow(node: Subscription, kind: RateKind): Flow {
  if (node.state.node === null) return unknownFlow;
  const { flows, topics } = node.state;
  flows[kind] ??= topics.size === 0 ? zeroFlow : addFlows(mapFlows(topics.values(), kind));
  return node.fresh ? flows[kind] : withoutRates(flows[kind]);
}

function* mapFlows(topics: Iterable<TopicEntry>, kind: RateKind): Generator<Flow> {
  for (const topic of topics) yield topicFlow(topic, kind);
}
