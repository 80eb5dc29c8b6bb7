"use client";

import {
  type NodeRow,
  type NodeView,
  rooms,
  type Snapshot,
} from "../../../../server/console/contract/index.ts";
import { HistoryCharts } from "../../../components/chart/history-charts.tsx";
import { charts } from "../../../components/chart/lines.ts";
import { InFlightMetric, InMetric, OutMetric, WaitingMetric } from "../../../components/flow-metrics.tsx";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { LastAction } from "../../../components/last-action.tsx";
import { Limits } from "../../../components/limits.tsx";
import { Metric, Metrics } from "../../../components/metric.tsx";
import { NodeState } from "../../../components/node-state.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { ProblemList } from "../../../components/problem-list.tsx";
import { Tabs } from "../../../components/tabs.tsx";
import { useNow } from "../../../live/use-now.ts";
import { useRoom } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { SightNote } from "../../../people/sight-note.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { Connections } from "./connections.tsx";
import { Facts } from "./facts.tsx";
import { NodeLog } from "./log.tsx";
import { NodeDeeds } from "./node-deeds.tsx";
import { NodeOptions } from "./options.tsx";
import { Tree } from "./tree.tsx";

export function Node({ name, rendered }: { name: string; rendered: Snapshot<`node:${string}`> }) {
  const t = useWords("node");
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null)
    return (
      <Gone wentAtMs={wentAtMs} what={t("what")} name={name} back={{ href: paths.nodes, label: t("back") }} />
    );
  const { node } = data;
  return (
    <div data-stale={node.state !== "up" || undefined}>
      <PageHead
        title={name}
        name
        badges={
          <>
            <NodeState node={node} />
            <LastAction action={data.lastAction} href={`${paths.audit}?node=${encodeURIComponent(name)}`} />
          </>
        }
        note={<Heard node={node} />}
        actions={<NodeDeeds node={node} />}
      />
      <Limits limits={node.limits} />
      <SightNote of="nodes" />
      <div className="space-y-4">
        <ProblemList problems={data.problems} />
        <NodeMetrics node={node} />
      </div>
      <NodeTabs name={name} data={data} />
    </div>
  );
}

const onlyFlow = [charts.flow];
const all = [
  charts.flow,
  charts.cpu,
  charts.memory,
  charts.loop,
  charts.commit,
  charts.lease,
  charts.connections,
];

function Heard({ node }: { node: NodeRow }) {
  const t = useWords("node");
  const f = useFormat();
  const nowMs = useNow();
  const ago = (atMs: number) => f.age(Math.max(0, nowMs - atMs));
  if (node.state === "up") {
    const started = node.startedAtMs === null ? "" : t("up-for", { age: ago(node.startedAtMs) });
    return [node.hostname, node.version, started].filter(Boolean).join(" · ");
  }
  const heard =
    node.lastHeardAtMs === null ? t("never-heard") : t("last-heard", { age: ago(node.lastHeardAtMs) });
  return `${node.reason ?? t("silent")} ${heard}`;
}

function NodeMetrics({ node }: { node: NodeRow }) {
  const t = useWords("node");
  const f = useFormat();
  return (
    <Metrics label={t("figures")}>
      <InMetric label={t("metric.in")} flow={node.flow} />
      <OutMetric label={t("metric.out")} flow={node.flow} />
      <WaitingMetric flow={node.flow} />
      <InFlightMetric flow={node.flow} />
      <Metric label={t("metric.cpu")} value={node.cpu} as="percent" note={t("metric.cpu-note")} />
      <Metric label={t("metric.lag")} value={node.loopLagP99Ms} as="span" note="p99" />
      <Metric
        label={t("metric.memory")}
        value={node.rssBytes}
        as="bytes"
        note={t("metric.frames", { bytes: f.bytes(node.memBytes) })}
      />
      <Metric
        label={t("metric.connections")}
        value={node.connections}
        note={t("metric.consumers", { count: node.consumers ?? 0 })}
      />
    </Metrics>
  );
}

function NodeTabs({ name, data }: { name: string; data: NodeView }) {
  const t = useWords("node");
  const { node } = data;
  return (
    <Tabs
      label={t("parts")}
      tabs={[
        {
          id: "topics",
          label: t("tab.topics"),
          count: data.topics.length,
          content: <Tree name={name} data={data} />,
        },
        {
          id: "clients",
          label: t("tab.clients"),
          count: node.connections,
          content: <Connections name={name} />,
        },
        {
          id: "resources",
          label: t("tab.resources"),
          content: (
            <div className="space-y-4">
              <HistoryCharts
                object={rooms.node(name)}
                kinds={node.limits === null ? all : onlyFlow}
                series={data.series}
                across={3}
              />
              <Facts node={node} />
            </div>
          ),
        },
        { id: "config", label: t("tab.config"), content: <NodeOptions name={name} /> },
        { id: "log", label: t("tab.log"), content: <NodeLog name={name} /> },
      ]}
    />
  );
}
