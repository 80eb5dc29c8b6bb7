"use client";

import { Activity } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import {
  type Coverage,
  type Flow,
  type HistoryObject,
  type LastAction,
  type Problem,
  rooms,
  type Series,
  type ShareRow,
} from "../../server/console/contract/index.ts";
import { ActionButton } from "../actions/action-button.tsx";
import { tailClosed } from "../live/limits.ts";
import { useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { shareColumns } from "../tables/share-columns.tsx";
import { TombstoneBadge } from "../tables/topic-extras.tsx";
import { useWords } from "../words/index.ts";
import { HistoryCharts } from "./chart/history-charts.tsx";
import { type ChartKind, charts } from "./chart/lines.ts";
import { CoverageNote, isPartial } from "./coverage-note.tsx";
import { FlowMetrics } from "./flow-metrics.tsx";
import { LinkButton } from "./link-button.tsx";
import { Num } from "./number.tsx";
import { ProblemList } from "./problem-list.tsx";
import type { Column } from "./table/column.ts";
import { DataTable } from "./table/data-table.tsx";
import { useSort } from "./table/sort.ts";
import type { Tab } from "./tabs.tsx";

/** What can be done with a topic, or with a channel of it. What cannot be taken back stands apart. */
export function QueueActions({
  topic,
  channel,
  paused,
  nodes,
  children,
}: {
  topic: string;
  channel?: string;
  paused: boolean;
  nodes: readonly ShareRow[];
  /** Before the others. */
  children?: ReactNode;
}) {
  const t = useWords("topic");
  const { data } = useStatus();
  const limits = useWords("components");
  const rule = tailClosed(
    nodes.map(({ key }) => key),
    data.nodes,
  );
  const kind = channel === undefined ? "topic" : "channel";
  const place = channel === undefined ? { topic } : { topic, channel };
  return (
    <>
      {children}
      <LinkButton href={paths.tail(topic)} closed={rule && limits(`limits.${rule}`)}>
        <Activity aria-hidden="true" />
        {t("tail")}
      </LinkButton>
      <ActionButton target={{ action: `${paused ? "unpause" : "pause"}-${kind}`, ...place }} />
      <span aria-hidden="true" className="mx-1 h-5 border-l border-line" />
      <ActionButton target={{ action: `empty-${kind}`, ...place }} />
      <ActionButton target={{ action: `delete-${kind}`, ...place }} />
    </>
  );
}

const first = [charts.work, charts.depth];
const more = [charts.failures, charts.oldest, charts.consumers];

/** How a topic or a channel does: what is wrong, its figures, its charts. */
export function QueueFigures({
  object,
  name,
  flow,
  inLabel,
  coverage,
  problems,
  nodes,
  series,
  lastAction,
  also = null,
}: {
  /** Whose history the charts are of. */
  object: HistoryObject;
  name: string;
  flow: Flow;
  inLabel: string;
  coverage: Coverage;
  problems: readonly Problem[];
  nodes: readonly ShareRow[];
  series: Series;
  lastAction: LastAction | null;
  /** A third chart. */
  also?: ChartKind | null;
}) {
  const t = useWords("topic");
  const kinds = useMemo(() => (also === null ? first : [...first, also]), [also]);
  return (
    <>
      <CoverageNote coverage={coverage} />
      <div className="space-y-4">
        <ProblemList problems={problems} />
        <FlowMetrics
          label={t("figures", { name })}
          flow={flow}
          partial={isPartial(coverage)}
          stale={nodes.every((row) => row.stale)}
          inLabel={inLabel}
        />
        <HistoryCharts
          object={object}
          kinds={kinds}
          series={series}
          across={also === null ? 2 : 3}
          lastAction={lastAction}
        />
      </div>
    </>
  );
}

/** The tabs that topics and channels have alike: each node's part, and more charts. */
export function useQueueTabs({
  topic,
  channel,
  nodes,
  series,
  lastAction,
}: {
  topic: string;
  channel?: string;
  nodes: readonly ShareRow[];
  series: Series;
  lastAction: LastAction | null;
}): readonly [Tab<"nodes">, Tab<"charts">] {
  const t = useWords("topic");
  const object = channel === undefined ? rooms.topic(topic) : rooms.channel(topic, channel);
  return [
    {
      id: "nodes",
      label: t("tab.nodes"),
      count: nodes.length,
      content: <Shares topic={topic} rows={nodes} label={t("tab.nodes")} />,
    },
    {
      id: "charts",
      label: t("tab.charts"),
      content: (
        <HistoryCharts object={object} kinds={more} series={series} bar={false} lastAction={lastAction} />
      ),
    },
  ];
}

function Shares({ topic, rows, label }: { topic: string; rows: readonly ShareRow[]; label: string }) {
  const t = useWords("topic");
  const { sorting, setSorting } = useSort("name", "nodes");
  const { data } = useStatus();
  const byLookups = data.nodes.some(({ lookups }) => lookups !== null);
  const columns = useMemo(
    () =>
      byLookups
        ? [...shareColumns, tombstoneColumn(topic, t("column.lookups"), t("column.act"))].flat()
        : shareColumns,
    [byLookups, topic, t],
  );
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={columns}
      sorting={sorting}
      onSort={setSorting}
      stale={(row) => row.stale}
    />
  );
}

/** Who names the node, and to have them stop it. */
function tombstoneColumn(topic: string, lookups: string, act: string): readonly Column<ShareRow>[] {
  return [
    {
      id: "lookups",
      header: lookups,
      numeric: true,
      priority: 4,
      value: () => null,
      cell: (row) => (
        <span className="inline-flex items-center gap-2">
          <TombstoneBadge topic={topic} node={row.key} />
          <NamedBy node={row.key} />
        </span>
      ),
    },
    {
      id: "act",
      header: act,
      priority: 3,
      value: () => null,
      cell: (row) => <ActionButton small target={{ action: "tombstone-topic", topic, node: row.key }} />,
    },
  ];
}

function NamedBy({ node }: { node: string }) {
  const { data } = useStatus();
  const lookups = data.nodes.find(({ key }) => key === node)?.lookups ?? null;
  return (
    <span title={lookups?.join(", ")}>
      <Num value={lookups?.length ?? null} />
    </span>
  );
}
