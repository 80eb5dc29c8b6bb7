/** The view of each room, from the collector's present state. null: there is no such thing. */
import { bottleneckOf } from "../collector/bottleneck.ts";
import type { ClientsPoll } from "../collector/clients.ts";
import { clusterView } from "../collector/cluster.ts";
import type { Collector } from "../collector/collector.ts";
import { channelFlow, topicFlow } from "../collector/flow.ts";
import { shareRows } from "../collector/join.ts";
import type { Ring } from "../collector/series.ts";
import { stepMs } from "../collector/series.ts";
import {
  type ChannelView,
  type Flow,
  flowMetrics,
  type NodeChannelRow,
  type NodesView,
  type NodeView,
  type OverviewView,
  type Problem,
  type Room,
  rooms,
  type Series,
  type StatusView,
  type TopicRow,
  type TopicView,
} from "../contract/index.ts";
import type { JobsWatch } from "../jobs/watch.ts";
import type { RoomTarget } from "./targets.ts";

const topMax = 10;

export interface ViewSource {
  readonly collector: Collector;
  readonly cluster: string;
  /** null: started without Postgres. */
  readonly jobs: JobsWatch | null;
  /** While somebody watches that channel. */
  readonly clientsOf: (topic: string, channel: string) => ClientsPoll | undefined;
}

/** The chart of a room, if it has one. */
export function ringOf(source: ViewSource, target: RoomTarget): Ring | undefined {
  const { collector } = source;
  if (target.kind === "overview") return collector.overviewRing;
  if (target.kind === "node") return collector.nodeRings.get(target.node);
  if (target.kind === "topic") return collector.rings.get(rooms.topic(target.topic));
  if (target.kind === "channel") return collector.rings.get(rooms.channel(target.topic, target.channel));
  return undefined;
}

export function viewOf(source: ViewSource, target: RoomTarget): object | null {
  switch (target.kind) {
    case "status":
      return statusView(source);
    case "overview":
      return overviewView(source);
    case "nodes":
      return nodesView(source);
    case "cluster":
      return clusterView(source.collector);
    case "jobs":
      return source.jobs?.list() ?? { jobs: [], fresh: false };
    case "job":
      return source.jobs?.one(target.job) ?? null;
    case "topic":
      return topicView(source, target.topic);
    case "channel":
      return channelView(source, target.topic, target.channel);
    case "node":
      return nodeView(source, target.node);
  }
}

function nodesView({ collector }: ViewSource): NodesView {
  const lookups = collector.lookups?.rows ?? [];
  return { coverage: collector.coverage(), nodes: collector.nodeRows, lookups };
}

function statusView({ collector, cluster }: ViewSource): StatusView {
  return {
    cluster,
    coverage: collector.coverage(),
    database: collector.database(),
    ...problemsOf(collector),
    nodes: collector.nodeRows,
  };
}

function problemsOf({ problems }: Collector) {
  return {
    problems: problems.active,
    lastProblemAtMs: problems.lastEndedAtMs,
    recentProblems: problems.recent,
  };
}

function overviewView({ collector }: ViewSource): OverviewView {
  const up = collector.nodeRows.filter((node) => node.state === "up");
  // The last that was known is more than nothing, and `coverage` says that it is old.
  const heard = up.length > 0 ? up : collector.nodeRows.filter((node) => node.state === "silent");
  const worst = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number | null>(
      (most, value) => (value == null ? most : Math.max(most ?? value, value)),
      null,
    );
  let channelCount = 0;
  for (const topic of collector.topics.values()) channelCount += topic.channels.size;
  const known = heard.length > 0;
  return {
    coverage: collector.coverage(),
    flow: collector.total,
    producers: known ? heard.reduce((sum, node) => sum + (node.producers ?? 0), 0) : null,
    topicCount: known ? collector.topics.size : null,
    channelCount: known ? channelCount : null,
    commitP50Ms: worst(up.map((node) => node.store?.commitP50Ms)),
    commitP99Ms: worst(up.map((node) => node.store?.commitP99Ms)),
    publishUrl: known ? `http://${heard[0]!.key}` : null,
    ...problemsOf(collector),
    topics: topTopics(collector),
    nodes: collector.nodeRows,
    series: collector.overviewRing.series(),
  };
}

/** The first ten by depth, by rate and by failures, each topic once. */
function topTopics({ topics }: Collector): readonly TopicRow[] {
  const rows = [...topics.values()].map((joined) => joined.row);
  const top = (score: (flow: Flow) => number) =>
    rows
      .filter((row) => score(row.flow) > 0)
      .sort((one, other) => score(other.flow) - score(one.flow))
      .slice(0, topMax);
  const chosen = new Set([
    ...top((flow) => flow.depth ?? 0),
    ...top((flow) => (flow.inRate ?? 0) + (flow.outRate ?? 0)),
    ...top((flow) => (flow.requeueRate ?? 0) + (flow.timeoutRate ?? 0)),
  ]);
  for (const row of rows) {
    if (chosen.size >= topMax) break;
    chosen.add(row);
  }
  return [...chosen];
}

function topicView({ collector }: ViewSource, name: string): TopicView | null {
  const joined = collector.topics.get(name);
  if (!joined) return null;
  return {
    topic: joined.row,
    coverage: collector.coverage(),
    lastMessageAtMs: collector.lastMessageAtMs.get(name) ?? null,
    channels: [...joined.channels.values()].map((channel) => channel.row),
    nodes: shareRows(name, null, collector.nodes, collector.clock.nowMs()),
    problems: about(collector, (problem) => problem.topic === name),
    series: seriesOf(collector, rooms.topic(name)),
  };
}

function channelView(source: ViewSource, topic: string, name: string): ChannelView | null {
  const { collector } = source;
  const channel = collector.topics.get(topic)?.channels.get(name);
  if (!channel) return null;
  const poll = source.clientsOf(topic, name);
  const clients = poll && poll.atMs !== null ? poll.rows : null;
  return {
    topic,
    channel: channel.row,
    coverage: collector.coverage(),
    bottleneck: bottleneckOf(channel.row, clients),
    clientsAtMs: poll?.atMs ?? null,
    clients: clients ?? [],
    nodes: shareRows(topic, name, collector.nodes, collector.clock.nowMs()),
    problems: about(collector, (problem) => problem.topic === topic && problem.channel === name),
    series: seriesOf(collector, rooms.channel(topic, name)),
  };
}

function nodeView({ collector }: ViewSource, key: string): NodeView | null {
  const node = collector.node(key);
  const row = collector.nodeRows.find((other) => other.key === key);
  if (!node || !row) return null;
  const topics: TopicRow[] = [];
  const channels: NodeChannelRow[] = [];
  for (const [topic, entry] of node.state.topics) {
    const { live } = entry;
    topics.push({
      key: topic,
      paused: live.paused,
      ephemeral: live.ephemeral,
      durable: live.durable ? "all" : "none",
      flow: topicFlow(entry, "smooth"),
      topicDepth: live.depth,
      messageBytes: live.messageBytes,
      channelCount: entry.channels.size,
      nodes: [key],
      stale: !node.fresh,
      heard: node.fresh,
    });
    for (const [channel, part] of entry.channels) {
      const { paused, ephemeral } = part.live;
      channels.push({
        key: `${topic}/${channel}`,
        topic,
        channel,
        paused,
        ephemeral,
        flow: channelFlow(part, "smooth"),
      });
    }
  }
  return {
    node: row,
    topics,
    channels,
    problems: about(collector, (problem) => problem.node === key),
    series: collector.nodeRings.get(key)!.series(),
  };
}

function about({ problems }: Collector, chosen: (problem: Problem) => boolean): Problem[] {
  return problems.active.filter(chosen);
}

function seriesOf(collector: Collector, room: Room): Series {
  return collector.rings.get(room)?.series() ?? { stepMs, metrics: flowMetrics, points: [] };
}
