"use client";

import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import type { Flow, TopicRow } from "../../server/console/contract/index.ts";
import { Section } from "../components/card.tsx";
import { cn } from "../components/classes.ts";
import { DataTable } from "../components/table/data-table.tsx";
import { useSort } from "../components/table/sort.ts";
import { paths } from "../paths.ts";
import { flowColumns } from "../tables/flow-columns.tsx";
import { topicColumns } from "../tables/topic-columns.tsx";
import { useFormat, useWords } from "../words/index.ts";

const shownMax = 10;
const orders = ["depth", "rate", "failures"] as const;
type Order = (typeof orders)[number];

const weight: Record<Order, (flow: Flow) => number> = {
  depth: (flow) => flow.depth ?? 0,
  rate: (flow) => flow.inRate ?? 0,
  failures: (flow) => (flow.requeueRate ?? 0) + (flow.timeoutRate ?? 0),
};
const standardSort: Record<Order, string> = { depth: "-depth", rate: "-in", failures: "-timedout" };
const failureColumns = [
  ...topicColumns.slice(0, 2),
  flowColumns.requeued,
  flowColumns.timedOut,
  ...topicColumns.slice(3),
];

/** The first ten topics, by what somebody is looking for. */
export function TopTopics({
  topics,
  topicCount,
}: {
  topics: readonly TopicRow[];
  topicCount: number | null;
}) {
  const t = useWords("overview");
  const { count } = useFormat();
  const [by, setBy] = useQueryState("by", parseAsStringLiteral(orders).withDefault("depth"));
  const { sorting, setSorting } = useSort(standardSort[by]);
  const rows = useMemo(
    () => [...topics].sort((a, b) => weight[by](b.flow) - weight[by](a.flow)).slice(0, shownMax),
    [topics, by],
  );
  return (
    <Section
      title={t("topics")}
      note={t("first", {
        isAll: rows.length === topicCount ? "yes" : "no",
        shown: rows.length,
        count: count(topicCount),
      })}
      aside={
        <>
          <fieldset className="flex rounded-control border border-line p-0.5">
            <legend className="sr-only">{t("firstBy")}</legend>
            {orders.map((order) => (
              <button
                key={order}
                type="button"
                aria-pressed={by === order}
                onClick={() => {
                  setSorting(null);
                  void setBy(order);
                }}
                className={cn(
                  "h-6 rounded-control px-2 text-12 text-muted hover:text-text pointer-coarse:h-9",
                  by === order && "bg-text/8 font-medium text-text",
                )}
              >
                {t(`by.${order}`)}
              </button>
            ))}
          </fieldset>
          <Link href={paths.topics} className="text-12 text-accent underline">
            {t("allTopics")}
          </Link>
        </>
      }
    >
      <DataTable
        label={t(`byTable.${by}`)}
        rows={rows}
        columns={by === "failures" ? failureColumns : topicColumns}
        sorting={sorting}
        onSort={setSorting}
        filter={by}
        stale={(row) => row.stale}
      />
    </Section>
  );
}
