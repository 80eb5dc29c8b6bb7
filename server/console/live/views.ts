/** The view of each room, from the collector's present state. null: there is no such thing. */

import type { RecentActions } from "../audit/recent-actions.ts";
import { asShown, isShown } from "../audit/sight.ts";
import { bottleneckOf } from "../collector/bottleneck.ts";
import type { ClientsPoll } from "../collector/clients.ts";
import { clusterView } from "../collector/cluster.ts";
import type { Collector } from "../collector/collector.ts";
import { channelFlow, topicFlow } from "../collector/flow.ts";
import { type JoinedTopic, shareRows, withChannels } from "../collector/join.ts";
import type { Ring } from "../collector/series.ts";
import { stepMs } from "../collector/series.ts";
import {
  type AuditView,
  auditLinesMax,
  type ChannelView,
  type Flow,
  flowMetrics,
  type JobsView,
  type JobView,
  type NodeChannelRow,
  type NodesView,
  type NodeView,
  type OverviewView,
  type Problem,
  rooms,
  type Series,
  type StatusView,
  type TopicRow,
  type TopicView,
} from "../contract/index.ts";
import type { JobsWatch } from "../jobs/watch.ts";
import { type Eye, seesAllChannels } from "./eye.ts";
import type { Sights } from "./sights.ts";
import type { RoomTarget } from "./targets.ts";

const topMax = 10;

export interface ViewSource {
  readonly collector: Collector;
  readonly cluster: string;
  /** null: started without Postgres. */
  readonly jobs: JobsWatch | null;
  readonly sights: Sights;
  readonly recent: RecentActions;
  /** While somebody watches that channel. */
  readonly clientsOf: (topic: string, channel: string) => ClientsPoll | undefined;
}

/** The chart of a room as `eye` sees it, if it has one. */
export function ringOf(source: ViewSource, target: RoomTarget, eye: Eye): Ring | undefined {
  const { collector } = source;
  const seen = source.sights.of(eye);
  if (target.kind === "overview") return seen ? seen.ring(rooms.overview) : collector.overviewRing;
  if (target.kind === "topic" && seen && !seesAllChannels(eye)) return seen.ring(rooms.topic(target.topic));
  if (target.kind === "node") return collector.nodeRings.get(target.node);
  if (target.kind === "topic") return collector.rings.get(rooms.topic(target.topic));
  if (target.kind === "channel") return collector.rings.get(rooms.channel(target.topic, target.channel));
  return undefined;
}

/**
 * As it is for `eye`: what it does not see is in no list, sentence, problem or sum, and has no view. What nodes say of
 * themselves is of everything that is on them.
 */
export function viewOf(source: ViewSource, target: RoomTarget, eye: Eye): object | null {
  switch (target.kind) {
    case "status":
      return statusView(source, eye);
    case "overview":
      return overviewView(source, eye);
    case "audit":
      return auditView(source, eye);
    case "nodes":
      return nodesView(source);
    case "cluster":
      return clusterView(source.collector);
    case "jobs":
      return jobsView(source, eye);
    case "job":
      return jobView(source, target.job, eye);
    case "topic":
      return topicView(source, target.topic, eye);
    case "channel":
      return eye.sees(target.topic, target.channel)
        ? channelView(source, target.topic, target.channel)
        : null;
    case "node":
      return nodeView(source, target.node, eye);
  }
}

function nodesView({ collector }: ViewSource): NodesView {
  const lookups = collector.lookups?.rows ?? [];
  return { coverage: collector.coverage(), nodes: collector.nodeRows, lookups };
}

function statusView({ collector, cluster }: ViewSource, eye: Eye): StatusView {
  return {
    cluster,
    coverage: collector.coverage(),
    database: collector.database(),
    ...problemsOf(collector, eye),
    nodes: collector.nodeRows,
  };
}

function problemsOf({ problems }: Collector, eye: Eye) {
  return {
    problems: shown(problems.active, eye),
    lastProblemAtMs: problems.lastEndedAtMs,
    recentProblems: shown(problems.recent, eye),
  };
}

type Named = Pick<Problem, "topic" | "channel">;

function shown<Thing extends Named>(things: readonly Thing[], { key, sees }: Eye): readonly Thing[] {
  if (key === "") return things;
  return things.filter(({ topic, channel }) => topic === null || sees(topic, channel ?? undefined));
}

function jobsView({ jobs }: ViewSource, eye: Eye): JobsView {
  const { jobs: rows, fresh } = jobs?.list() ?? { jobs: [], fresh: false };
  return { jobs: shown(rows, eye), fresh };
}

function jobView({ jobs }: ViewSource, id: string, eye: Eye): JobView | null {
  const view = jobs?.one(id) ?? null;
  return view && shown([view.job], eye).length === 1 ? view : null;
}

function auditView({ recent }: ViewSource, { actor }: Eye): AuditView {
  const actions = recent.lines
    .filter((line) => isShown(line, actor))
    .slice(0, auditLinesMax)
    .map((line, at) => ({
      ...asShown(line, actor),
      key: String(line.seq ?? `${line.atMs}.${recent.lines.length - at}`),
    }));
  return { actions, kept: recent.kept };
}

function overviewView(source: ViewSource, eye: Eye): OverviewView {
  const { collector } = source;
  const seen = source.sights.of(eye);
  const up = collector.nodeRows.filter((node) => node.state === "up");
  // The last that was known is more than nothing, and `coverage` says that it is old.
  const heard = up.length > 0 ? up : collector.nodeRows.filter((node) => node.state === "silent");
  const worst = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number | null>(
      (most, value) => (value == null ? most : Math.max(most ?? value, value)),
      null,
    );
  const { topicCount, channelCount } = seen?.sums() ?? counted(collector);
  const known = heard.length > 0;
  return {
    coverage: collector.coverage(),
    flow: seen && known ? seen.sums().flow : collector.total,
    // Connections may publish to any topic: whose they are is not known.
    producers: known && !seen ? heard.reduce((sum, node) => sum + (node.producers ?? 0), 0) : null,
    topicCount: known ? topicCount : null,
    channelCount: known ? channelCount : null,
    commitP50Ms: worst(up.map((node) => node.store?.commitP50Ms)),
    commitP99Ms: worst(up.map((node) => node.store?.commitP99Ms)),
    publishUrl: known ? `http://${heard[0]!.key}` : null,
    ...problemsOf(collector, eye),
    topics: topTopics(seen?.topics() ?? collector.topics),
    nodes: collector.nodeRows,
    series: (ringOf(source, { kind: "overview" }, eye) ?? collector.overviewRing).series(),
  };
}

function counted({ topics }: Collector) {
  let channelCount = 0;
  for (const { channels } of topics.values()) channelCount += channels.size;
  return { topicCount: topics.size, channelCount };
}

/** The first ten by depth, by rate and by failures, each topic once. */
function topTopics(topics: Iterable<readonly [string, JoinedTopic]>): readonly TopicRow[] {
  const rows = [...topics].map(([, joined]) => joined.row);
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

function topicView(source: ViewSource, name: string, eye: Eye): TopicView | null {
  const { collector, recent } = source;
  const seen = source.sights.of(eye);
  const joined = seen ? seen.topic(name) : collector.topics.get(name);
  if (!joined) return null;
  const seesChannel = channelSight(eye, name);
  return {
    topic: joined.row,
    coverage: collector.coverage(),
    lastMessageAtMs: collector.lastMessageAtMs.get(name) ?? null,
    lastAction: recent.on(name, null, null),
    nodes: shareRows(name, null, collector.nodes, collector.clock.nowMs(), seesChannel),
    problems: shown(
      about(collector, (problem) => problem.topic === name),
      eye,
    ),
    series: seriesOf(ringOf(source, { kind: "topic", topic: name }, eye)),
  };
}

/** undefined: all of them. */
function channelSight(eye: Eye, topic: string): ((channel: string) => boolean) | undefined {
  return seesAllChannels(eye) ? undefined : (channel) => eye.sees(topic, channel);
}

function channelView(source: ViewSource, topic: string, name: string): ChannelView | null {
  const { collector } = source;
  const joined = collector.topics.get(topic);
  const channel = joined?.channels.get(name);
  if (!joined || !channel) return null;
  const poll = source.clientsOf(topic, name);
  const clients = poll && poll.atMs !== null ? poll.rows : null;
  return {
    topic,
    channel: channel.row,
    coverage: collector.coverage(),
    bottleneck: bottleneckOf(channel.row, joined.row, clients),
    lastAction: source.recent.on(topic, name, null),
    nodes: shareRows(topic, name, collector.nodes, collector.clock.nowMs()),
    problems: about(collector, (problem) => problem.topic === topic && problem.channel === name),
    series: seriesOf(collector.rings.get(rooms.channel(topic, name))),
  };
}

function nodeView({ collector, recent }: ViewSource, key: string, eye: Eye): NodeView | null {
  const node = collector.node(key);
  const row = collector.nodeRows.find((other) => other.key === key);
  if (!node || !row) return null;
  const topics: TopicRow[] = [];
  const channels: NodeChannelRow[] = [];
  for (const [topic, whole] of node.state.topics) {
    if (!eye.sees(topic)) continue;
    const entry = withChannels(whole, channelSight(eye, topic));
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
    lastAction: recent.on(null, null, key),
    topics,
    channels,
    problems: shown(
      about(collector, (problem) => problem.node === key),
      eye,
    ),
    series: collector.nodeRings.get(key)!.series(),
  };
}

function about({ problems }: Collector, chosen: (problem: Problem) => boolean): Problem[] {
  return problems.active.filter(chosen);
}

function seriesOf(ring: Ring | undefined): Series {
  return ring?.series() ?? { stepMs, metrics: flowMetrics, points: [] };
}
