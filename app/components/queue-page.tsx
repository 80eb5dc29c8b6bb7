"use client";

import { Activity } from "lucide-react";
import type { ReactNode } from "react";
import type { Coverage, Flow, Problem, Series, ShareRow } from "../../server/console/contract/index.ts";
import { ActionButton } from "../actions/action-button.tsx";
import { tailClosed } from "../live/limits.ts";
import { useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { shareColumns } from "../tables/share-columns.tsx";
import { Charts } from "./chart/charts.tsx";
import { charts } from "./chart/lines.ts";
import { CoverageNote, isPartial } from "./coverage-note.tsx";
import { FlowMetrics } from "./flow-metrics.tsx";
import { LinkButton } from "./link-button.tsx";
import { ProblemList } from "./problem-list.tsx";
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
  const { data } = useStatus();
  const closed = tailClosed(
    nodes.map(({ key }) => key),
    data.nodes,
  );
  const kind = channel === undefined ? "topic" : "channel";
  const place = channel === undefined ? { topic } : { topic, channel };
  return (
    <>
      {children}
      <LinkButton href={paths.tail(topic)} closed={closed}>
        <Activity aria-hidden="true" />
        Tail
      </LinkButton>
      <ActionButton target={{ action: `${paused ? "unpause" : "pause"}-${kind}`, ...place }} />
      <span aria-hidden="true" className="mx-1 h-5 border-l border-line" />
      <ActionButton target={{ action: `empty-${kind}`, ...place }} />
      <ActionButton target={{ action: `delete-${kind}`, ...place }} />
    </>
  );
}

/** How a topic or a channel does: what is wrong, its figures, its charts. */
export function QueueFigures({
  name,
  flow,
  inLabel,
  coverage,
  problems,
  nodes,
  series,
  children,
}: {
  name: string;
  flow: Flow;
  inLabel: string;
  coverage: Coverage;
  problems: readonly Problem[];
  nodes: readonly ShareRow[];
  series: Series;
  children?: ReactNode;
}) {
  return (
    <>
      <CoverageNote coverage={coverage} />
      <div className="space-y-4">
        <ProblemList problems={problems} />
        <FlowMetrics
          label={`Figures of ${name}`}
          flow={flow}
          partial={isPartial(coverage)}
          stale={nodes.every((row) => row.stale)}
          inLabel={inLabel}
        />
        <Charts kinds={[charts.work, charts.depth]} series={series} />
        {children}
      </div>
    </>
  );
}

/** The tabs that topics and channels have alike: each node's part, and more charts. */
export function queueTabs(nodes: readonly ShareRow[], series: Series): readonly Tab<"nodes" | "charts">[] {
  return [
    { id: "nodes", label: "Nodes", count: nodes.length, content: <Shares rows={nodes} /> },
    {
      id: "charts",
      label: "Charts",
      content: <Charts kinds={[charts.failures, charts.oldest]} series={series} />,
    },
  ];
}

function Shares({ rows }: { rows: readonly ShareRow[] }) {
  const { sorting, setSorting } = useSort("name", "nodes");
  return (
    <DataTable
      label="Nodes"
      rows={rows}
      columns={shareColumns}
      sorting={sorting}
      onSort={setSorting}
      stale={(row) => row.stale}
    />
  );
}
