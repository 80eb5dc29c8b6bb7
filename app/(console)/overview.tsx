"use client";

import type { OverviewView, Snapshot } from "../../server/console/contract/index.ts";
import { Card, Section } from "../components/card.tsx";
import { HistoryCharts } from "../components/chart/history-charts.tsx";
import { charts } from "../components/chart/lines.ts";
import { CoverageNote, isPartial } from "../components/coverage-note.tsx";
import {
  InFlightMetric,
  InMetric,
  OldestMetric,
  OutMetric,
  WaitingMetric,
} from "../components/flow-metrics.tsx";
import { Metric, Metrics } from "../components/metric.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ProblemList } from "../components/problem-list.tsx";
import { Shape } from "../components/status.tsx";
import { DataTable } from "../components/table/data-table.tsx";
import { useSort } from "../components/table/sort.ts";
import { age, count, span } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { useRoom } from "../live/use-room.ts";
import { nodeColumns } from "../tables/node-columns.tsx";
import { NewSystem } from "./new-system.tsx";
import { TopTopics } from "./top-topics.tsx";

const charted = [charts.flow, charts.stock, charts.oldest];

export function Overview({ rendered }: { rendered: Snapshot<"overview"> }) {
  const { data } = useRoom(rendered);
  if (data === null) return null;
  return (
    <>
      <PageHead title="Overview" />
      <CoverageNote coverage={data.coverage} />
      {data.topicCount === 0 ? <NewSystem /> : <Running data={data} />}
      <Nodes data={data} />
    </>
  );
}

function Running({ data }: { data: OverviewView }) {
  const partial = isPartial(data.coverage);
  const { flow } = data;
  return (
    <div className="space-y-6">
      <Health data={data} />
      <Metrics label="Totals" stale={data.coverage.heard === 0}>
        <InMetric label="In" flow={flow} partial={partial} />
        <OutMetric label="Out" flow={flow} partial={partial} finished />
        <WaitingMetric flow={flow} partial={partial} />
        <InFlightMetric flow={flow} partial={partial} />
        <OldestMetric flow={flow} />
        <Metric
          label="Requeued"
          value={flow.requeueCount}
          bad="up"
          partial={partial}
          note={`in all; ${count(flow.timeoutCount)} timed out`}
        />
        <Metric
          label="Consumers"
          value={flow.clients}
          partial={partial}
          note={`${count(data.producers)} producers`}
        />
        <Metric
          label="Postgres commit p99"
          value={data.commitP99Ms}
          as="span"
          note={`last min; p50 ${span(data.commitP50Ms)}`}
        />
      </Metrics>
      <HistoryCharts object="overview" kinds={charted} series={data.series} across={3} />
      <TopTopics topics={data.topics} topicCount={data.topicCount} />
    </div>
  );
}

/** The answer first: what is wrong, worst first, or one calm line. */
function Health({ data }: { data: OverviewView }) {
  const nowMs = useNow();
  if (data.problems.length > 0) {
    return (
      <div id="problems">
        <Section title="To mend first" note="worst first">
          <ProblemList problems={data.problems} />
        </Section>
      </div>
    );
  }
  return (
    <Card className="flex items-center gap-2 px-4 py-2.5">
      <Shape tone="ok" />
      <span>
        All is well.{" "}
        <span className="text-muted">
          {data.lastProblemAtMs === null
            ? "No problem since the console started."
            : `The last problem ended ${age(nowMs - data.lastProblemAtMs)} ago.`}
        </span>
      </span>
    </Card>
  );
}

function Nodes({ data }: { data: OverviewView }) {
  const { sorting, setSorting } = useSort("name", "nodes");
  return (
    <Section title="Nodes" className="mt-6">
      <DataTable
        label="Nodes"
        rows={data.nodes}
        columns={nodeColumns}
        sorting={sorting}
        onSort={setSorting}
        stale={(row) => row.state !== "up"}
      />
    </Section>
  );
}
