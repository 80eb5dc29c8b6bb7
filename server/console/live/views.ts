/** The view of each room, from the collector's present state. null: there is no such thing. */

import type { RecentActions } from "../audit/recent-actions.ts";
import { asShown, isShown } from "../audit/sight.ts";
import { bottleneckOf } from "../collector/bottleneck.ts";
import type { ClientsPoll } from "../collector/clients.ts";
import { clusterView } from "../collector/cluster.ts";
import type { Collector } from "../collector/collector.ts";
import { channelFlow, topicFlow } from "../collector/flow.ts";
import { shareRows } from "../collector/join.ts";
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
  type Room,
  rooms,
  type Series,
  type StatusView,
  type TopicRow,
  type TopicView,
} from "../contract/index.ts";
import type { JobsWatch } from "../jobs/watch.ts";
import type { Eye } from "./eye.ts";
import type { RoomTarget } from "./targets.ts";

const topMax = 10;

export interface ViewSource {
  readonly collector: Collector;
  readonly cluster: string;
  /** null: started without Postgres. */
  readonly jobs: JobsWatch | null;
  readonly recent: RecentActions;
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

/** As it is for `eye`: what it does not see is in no list, sentence or problem, and has no view. Sums are the cluster's. */
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
    problems: seen(problems.active, eye),
    lastProblemAtMs: problems.lastEndedAtMs,
    recentProblems: seen(problems.recent, eye),
  };
}

type Named = Pick<Problem, "topic" | "channel">;

function seen<Thing extends Named>(things: readonly Thing[], { key, sees }: Eye): readonly Thing[] {
  if (key === "") return things;
  return things.filter(({ topic, channel }) => topic === null || sees(topic, channel ?? undefined));
}

function jobsView({ jobs }: ViewSource, eye: Eye): JobsView {
  const { jobs: rows, fresh } = jobs?.list() ?? { jobs: [], fresh: false };
  return { jobs: seen(rows, eye), fresh };
}

function jobView({ jobs }: ViewSource, id: string, eye: Eye): JobView | null {
  const view = jobs?.one(id) ?? null;
  return view && seen([view.job], eye).length === 1 ? view : null;
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

function overviewView({ collector }: ViewSource, eye: Eye): OverviewView {
  const up = collector.nodeRows.filter((node) => node.state === "up");
  // The last that was known is more than nothing, and `coverage` says that it is old.
  const heard = up.length > 0 ? up : collector.nodeRows.filter((node) => node.state === "silent");
  const worst = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number | null>(
      (most, value) => (value == null ? most : Math.max(most ?? value, value)),
      null,
    );
  const { topicCount, channelCount } = counted(collector, eye);
  const known = heard.length > 0;
  return {
    coverage: collector.coverage(),
    flow: collector.total,
    producers: known ? heard.reduce((sum, node) => sum + (node.producers ?? 0), 0) : null,
    topicCount: known ? topicCount : null,
    channelCount: known ? channelCount : null,
    commitP50Ms: worst(up.map((node) => node.store?.commitP50Ms)),
    commitP99Ms: worst(up.map((node) => node.store?.commitP99Ms)),
    publishUrl: known ? `http://${heard[0]!.key}` : null,
    ...problemsOf(collector, eye),
    topics: topTopics(collector, eye),
    nodes: collector.nodeRows,
    series: collector.overviewRing.series(),
  };
}

function counted({ topics }: Collector, { key, sees }: Eye) {
  let [topicCount, channelCount] = [0, 0];
  for (const [name, { channels }] of topics) {
    if (!sees(name)) continue;
    topicCount += 1;
    if (key === "") channelCount += channels.size;
    else for (const channel of channels.keys()) channelCount += Number(sees(name, channel));
  }
  return { topicCount, channelCount };
}

/** The first ten by depth, by rate and by failures, each topic once. */
function topTopics({ topics }: Collector, { sees }: Eye): readonly TopicRow[] {
  const rows = [...topics].filter(([name]) => sees(name)).map(([, joined]) => joined.row);
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

function topicView({ collector, recent }: ViewSource, name: string, eye: Eye): TopicView | null {
  const joined = eye.sees(name) ? collector.topics.get(name) : undefined;
  if (!joined) return null;
  return {
    topic: joined.row,
    coverage: collector.coverage(),
    lastMessageAtMs: collector.lastMessageAtMs.get(name) ?? null,
    lastAction: recent.on(name, null, null),
    nodes: shareRows(name, null, collector.nodes, collector.clock.nowMs()),
    problems: seen(
      about(collector, (problem) => problem.topic === name),
      eye,
    ),
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
    lastAction: source.recent.on(topic, name, null),
    nodes: shareRows(topic, name, collector.nodes, collector.clock.nowMs()),
    problems: about(collector, (problem) => problem.topic === topic && problem.channel === name),
    series: seriesOf(collector, rooms.channel(topic, name)),
  };
}

function nodeView({ collector, recent }: ViewSource, key: string, eye: Eye): NodeView | null {
  const node = collector.node(key);
  const row = collector.nodeRows.find((other) => other.key === key);
  if (!node || !row) return null;
  const topics: TopicRow[] = [];
  const channels: NodeChannelRow[] = [];
  for (const [topic, entry] of node.state.topics) {
    if (!eye.sees(topic)) continue;
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
      if (!eye.sees(topic, channel)) continue;
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
    problems: seen(
      about(collector, (problem) => problem.node === key),
      eye,
    ),
    series: collector.nodeRings.get(key)!.series(),
  };
}

function about({ problems }: Collector, chosen: (problem: Problem) => boolean): Problem[] {
  return problems.active.filter(chosen);
}

function seriesOf(collector: Collector, room: Room): Series {
  return collector.rings.get(room)?.series() ?? { stepMs, metrics: flowMetrics, points: [] };
}
