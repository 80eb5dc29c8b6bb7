"use client";

import Link from "next/link";
import {
  type OverviewView,
  type PastProblem,
  type Snapshot,
  seesEverything,
} from "../../server/console/contract/index.ts";
import { Card, Section } from "../components/card.tsx";
import { HistoryCharts } from "../components/chart/history-charts.tsx";
import { charts } from "../components/chart/lines.ts";
import { CoverageNote, isPartial } from "../components/coverage-note.tsx";
import { InMetric, OldestMetric, OutMetric, WaitingMetric } from "../components/flow-metrics.tsx";
import { Metric, Metrics } from "../components/metric.tsx";
import { PageHead } from "../components/page-head.tsx";
import { ProblemList } from "../components/problem-list.tsx";
import { Shape } from "../components/status.tsx";
import { DataTable } from "../components/table/data-table.tsx";
import { useSort } from "../components/table/sort.ts";
import { useLive } from "../live/provider.tsx";
import { useNow } from "../live/use-now.ts";
import { useRoom } from "../live/use-room.ts";
import { SightNote } from "../people/sight-note.tsx";
import { problemHref } from "../shell/problem-href.ts";
import { nodeColumns } from "../tables/node-columns.tsx";
import { useFormat, useWords } from "../words/index.ts";
import { useProblemWords } from "../words/use-problem.ts";
import { NewSystem } from "./new-system.tsx";
import { TopTopics } from "./top-topics.tsx";

const earlyMs = 12_000;

const charted = [charts.flow, charts.stock, charts.oldest];

export function Overview({ rendered }: { rendered: Snapshot<"overview"> }) {
  const t = useWords("overview");
  const { data } = useRoom(rendered);
  const { session } = useLive();
  if (data === null) return null;
  return (
    <>
      <PageHead title={t("title")} />
      <SightNote of="seen" />
      {data.topicCount === 0 && seesEverything(session) ? (
        <>
          <CoverageNote coverage={data.coverage} />
          <NewSystem />
        </>
      ) : (
        <Running data={data} />
      )}
      <Nodes data={data} />
    </>
  );
}

function Running({ data }: { data: OverviewView }) {
  const t = useWords("overview");
  return (
    <div className="space-y-6">
      <Health data={data} />
      <div>
        <CoverageNote coverage={data.coverage} />
        <Totals data={data} />
      </div>
      <h2 className="sr-only">{t("charts")}</h2>
      <HistoryCharts object="overview" kinds={charted} series={data.series} across={3} />
      <TopTopics topics={data.topics} topicCount={data.topicCount} />
    </div>
  );
}

function Totals({ data }: { data: OverviewView }) {
  const t = useWords("overview");
  const { count, span } = useFormat();
  const partial = isPartial(data.coverage);
  const { flow, coverage } = data;
  const part = { flow, partial };
  return (
    <Metrics label={t("totals")} stale={coverage.heard === 0} count={9}>
      <InMetric label={t("in")} {...part} />
      <OutMetric label={t("out")} {...part} finished />
      <WaitingMetric {...part} />
      <Metric
        label={t("inFlight")}
        value={flow.inFlight}
        partial={partial}
        note={t("timedOut", { count: count(flow.timeoutCount) })}
      />
      <Metric
        label={t("deferred")}
        value={flow.deferred}
        partial={partial}
        note={t("requeued", { count: count(flow.requeueCount) })}
      />
      <OldestMetric flow={flow} />
      <Metric
        label={t("consumers")}
        value={flow.clients}
        partial={partial}
        note={
          data.producers !== null && t("producers", { count: data.producers, shown: count(data.producers) })
        }
      />
      <Metric
        label={t("nodes")}
        value={coverage.heard}
        tone={coverage.heard < coverage.of ? "crit" : undefined}
        note={t("of", { count: coverage.of })}
      />
      <Metric
        label={t("commit")}
        value={data.commitP99Ms}
        as="span"
        note={t("commitNote", { time: span(data.commitP50Ms) })}
      />
    </Metrics>
  );
}

/** The answer first: what is wrong, worst first, or one calm line. */
function Health({ data }: { data: OverviewView }) {
  const t = useWords("overview");
  const { age } = useFormat();
  const nowMs = useNow();
  const { points } = data.series;
  const watchedMs = points.length === 0 ? 0 : points.at(-1)!.atMs - points[0]!.atMs;
  // Most rules want to see a thing for a while before they call it a problem.
  const isEarly = data.lastProblemAtMs === null && watchedMs < earlyMs;
  if (data.problems.length > 0) {
    return (
      <div id="problems" className="scroll-mt-16">
        <Section title={t("mend")} note={t("worstFirst")}>
          <ProblemList problems={data.problems} />
        </Section>
        <Past problems={data.recentProblems} />
      </div>
    );
  }
  return (
    <div id="problems" className="scroll-mt-16">
      <Card className="flex items-center gap-2 px-4 py-2.5">
        <Shape tone={isEarly ? "unknown" : "ok"} />
        <span>
          {t(isEarly ? "early" : "well")}{" "}
          <span className="text-muted">
            {isEarly
              ? t("earlyNote")
              : data.lastProblemAtMs === null
                ? t("never")
                : t("last", { time: age(Math.max(0, nowMs - data.lastProblemAtMs)) })}
          </span>
        </span>
      </Card>
      <Past problems={data.recentProblems} />
    </div>
  );
}

/** What went away by itself in the last hour: it may come again. */
function Past({ problems }: { problems: readonly PastProblem[] }) {
  const t = useWords("overview");
  const wordsOf = useProblemWords();
  const { age } = useFormat();
  const nowMs = useNow();
  if (problems.length === 0) return null;
  return (
    <details className="mt-2">
      <summary className="w-fit cursor-pointer py-1 text-12 text-muted hover:text-text pointer-coarse:py-3">
        {t("past", { count: problems.length })}
      </summary>
      <ul className="mt-1 space-y-1 text-13 text-muted">
        {problems.map((problem) => (
          <li key={`${problem.key} ${problem.endedAtMs}`} className="flex flex-wrap gap-x-2 wrap-anywhere">
            <Link href={problemHref(problem)} className="hover:text-text hover:underline">
              {wordsOf(problem)}
            </Link>
            <span className="text-12">
              {t("ended", {
                time: age(Math.max(0, nowMs - problem.endedAtMs)),
                lasted: age(problem.endedAtMs - problem.sinceMs),
              })}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Nodes({ data }: { data: OverviewView }) {
  const t = useWords("overview");
  const { sorting, setSorting } = useSort("name", "nodes");
  return (
    <Section title={t("nodes")} className="mt-6">
      <SightNote of="nodes" />
      <DataTable
        label={t("nodesTable")}
        rows={data.nodes}
        columns={nodeColumns}
        sorting={sorting}
        onSort={setSorting}
        stale={(row) => row.state !== "up"}
      />
    </Section>
  );
}
