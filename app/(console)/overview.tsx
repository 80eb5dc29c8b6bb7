"use client";

import type { OverviewView, Snapshot } from "../../server/console/contract/index.ts";
import { Card, Section } from "../components/card.tsx";
import { charts } from "../components/chart/lines.ts";
import { LiveChart } from "../components/chart/live-chart.tsx";
import { CoverageNote, isPartial } from "../components/coverage-note.tsx";
import { Metric, Metrics } from "../components/metric.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ProblemList } from "../components/problem-list.tsx";
import { Shape } from "../components/status.tsx";
import { DataTable } from "../components/table/data-table.tsx";
import { useSort } from "../components/table/sort.ts";
import { age, count, rate, span } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { useRoom } from "../live/use-room.ts";
import { nodeColumns } from "../tables/node-columns.tsx";
import { NewSystem } from "./new-system.tsx";
import { TopTopics } from "./top-topics.tsx";

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
        <Metric
          label="In"
          value={flow.inRate}
          as="rate"
          unit="/s"
          partial={partial}
          note={`${count(flow.messageCount)} in all`}
        />
        <Metric
          label="Out"
          value={flow.outRate}
          as="rate"
          unit="/s"
          partial={partial}
          note={`${rate(flow.finishRate)} /s finished`}
        />
        <Metric
          label="Waiting"
          value={flow.depth}
          bad="up"
          partial={partial}
          note={`${count(flow.storedDepth)} in Postgres`}
        />
        <Metric
          label="In flight"
          value={flow.inFlight}
          partial={partial}
          note={`${count(flow.deferred)} deferred`}
        />
        <Metric label="Oldest" value={flow.oldestAgeMs} as="age" note="waits or is held" />
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
      <div className="grid gap-4 lg:grid-cols-3">
        <LiveChart kind={charts.flow} series={data.series} />
        <LiveChart kind={charts.stock} series={data.series} />
        <LiveChart kind={charts.oldest} series={data.series} />
      </div>
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
