"use client";

import Link from "next/link";
import {
  type NodeChannelRow,
  type NodeRow,
  type NodeView,
  rooms,
  type Snapshot,
} from "../../../../server/console/contract/index.ts";
import { HistoryCharts } from "../../../components/chart/history-charts.tsx";
import { charts } from "../../../components/chart/lines.ts";
import { InFlightMetric, InMetric, OutMetric, WaitingMetric } from "../../../components/flow-metrics.tsx";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { Limits } from "../../../components/limits.tsx";
import { Metric, Metrics } from "../../../components/metric.tsx";
import { NodeState } from "../../../components/node-state.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { ProblemList } from "../../../components/problem-list.tsx";
import { StateBadges } from "../../../components/state-badges.tsx";
import type { Column } from "../../../components/table/column.ts";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { Tabs } from "../../../components/tabs.tsx";
import { age, bytes, plural } from "../../../live/format.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRoom } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { flowColumns } from "../../../tables/flow-columns.tsx";
import { topicColumns } from "../../../tables/topic-columns.tsx";
import { Facts } from "./facts.tsx";

export function Node({ name, rendered }: { name: string; rendered: Snapshot<`node:${string}`> }) {
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null)
    return (
      <Gone wentAtMs={wentAtMs} what="node" name={name} back={{ href: paths.nodes, label: "All nodes" }} />
    );
  const { node } = data;
  return (
    <div data-stale={node.state !== "up" || undefined}>
      <PageHead title={name} name badges={<NodeState node={node} />} note={<Heard node={node} />} />
      <Limits limits={node.limits} />
      <div className="space-y-4">
        <ProblemList problems={data.problems} />
        <NodeMetrics node={node} />
        <HistoryCharts
          object={rooms.node(name)}
          kinds={node.limits === null ? all : onlyFlow}
          series={data.series}
          across={3}
        />
      </div>
      <NodeTabs data={data} />
    </div>
  );
}

const onlyFlow = [charts.flow];
const all = [charts.flow, charts.cpu, charts.memory, charts.loop, charts.commit, charts.connections];

function Heard({ node }: { node: NodeRow }) {
  const nowMs = useNow();
  const started = node.startedAtMs === null ? "" : `up for ${age(nowMs - node.startedAtMs)}`;
  if (node.state === "up") return <>{[node.hostname, node.version, started].filter(Boolean).join(" · ")}</>;
  return (
    <>
      {node.reason ?? "It does not answer."}{" "}
      {node.lastHeardAtMs === null ? "Never heard of." : `Last heard ${age(nowMs - node.lastHeardAtMs)} ago.`}
    </>
  );
}

function NodeMetrics({ node }: { node: NodeRow }) {
  return (
    <Metrics label="Figures of the node">
      <InMetric label="In" flow={node.flow} />
      <OutMetric label="Out" flow={node.flow} />
      <WaitingMetric flow={node.flow} />
      <InFlightMetric flow={node.flow} />
      <Metric label="Processor" value={node.cpu} as="percent" note="of one core" />
      <Metric label="Event loop lag" value={node.loopLagP99Ms} as="span" note="p99" />
      <Metric label="Memory" value={node.rssBytes} as="bytes" note={`${bytes(node.memBytes)} of frames`} />
      <Metric label="Connections" value={node.connections} note={plural(node.consumers, "consumer")} />
    </Metrics>
  );
}

const channelColumns: readonly Column<NodeChannelRow>[] = [
  {
    id: "name",
    header: "Channel",
    value: (row) => row.key,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Link
          prefetch={false}
          href={paths.channel(row.topic, row.channel)}
          className="truncate font-mono hover:text-accent hover:underline"
        >
          {row.topic}/{row.channel}
        </Link>
        <StateBadges what="channel" paused={row.paused} ephemeral={row.ephemeral} />
      </span>
    ),
  },
  flowColumns.depth,
  flowColumns.stored,
  flowColumns.inFlight,
  flowColumns.deferred,
  flowColumns.requeued,
  flowColumns.timedOut,
  flowColumns.out,
  flowColumns.oldest,
  flowColumns.clients,
];

function NodeTabs({ data }: { data: NodeView }) {
  const { sorting, setSorting } = useSort("-depth");
  return (
    <Tabs
      label="Parts of the node"
      tabs={[
        {
          id: "topics",
          label: "Topics",
          count: data.topics.length,
          content: (
            <DataTable
              label="Topics on this node"
              rows={data.topics}
              columns={topicColumns}
              sorting={sorting}
              onSort={setSorting}
            />
          ),
        },
        {
          id: "channels",
          label: "Channels",
          count: data.channels.length,
          content: (
            <DataTable
              label="Channels on this node"
              rows={data.channels}
              columns={channelColumns}
              sorting={sorting}
              onSort={setSorting}
            />
          ),
        },
        { id: "facts", label: "Facts", content: <Facts node={data.node} /> },
      ]}
    />
  );
}
