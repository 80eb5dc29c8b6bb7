"use client";

import { useRouter } from "next/navigation";
import { useQueryStates } from "nuqs";
import { useCallback, useMemo } from "react";
import type { RoomView, Snapshot, TopicRow } from "../../../server/console/contract/index.ts";
import { windowTextMax } from "../../../server/console/contract/index.ts";
import { CreateForm } from "../../actions/create-form.tsx";
import { Button } from "../../components/button.tsx";
import { CoverageNote, isPartial } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { useSelection } from "../../components/table/selection.ts";
import { useSort } from "../../components/table/sort.ts";
import { type ChosenColumns, useColumns } from "../../components/table/use-columns.ts";
import { type TableWindow, useTableWindow } from "../../components/table/use-table-window.ts";
import { WindowTable } from "../../components/table/window-table.tsx";
import { paths } from "../../paths.ts";
import { allTopicColumns, sparkColumn } from "../../tables/topic-columns.tsx";
import { TopicExtras } from "../../tables/topic-extras.tsx";
import { totalsOf } from "../../tables/totals.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { NewSystem } from "../new-system.tsx";
import { standardSort, topicsAddress } from "./address.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { TopicMenu } from "./topic-menu.tsx";

export function Topics({ rendered }: { rendered: Snapshot<"topics"> }) {
  const t = useWords("topics");
  const f = useFormat();
  const [{ q, state }] = useQueryStates(topicsAddress);
  const { sorting, setSorting } = useSort(standardSort);
  const columns = useColumns(allTopicColumns);
  const filter = { q: q.slice(0, windowTextMax), state };
  const table = useTableWindow(rendered, filter, sorting, columns.shown);
  const { data } = table;
  if (data === null) return null;
  return (
    <>
      <PageHead title={t("title")} note={t("count", { count: data.total, shown: f.count(data.total) })} />
      <CoverageNote coverage={data.coverage} />
      {data.total === 0 ? (
        <NewSystem />
      ) : (
        <Listed table={table} data={data} columns={columns} sorting={sorting} setSorting={setSorting} />
      )}
      <details className="mt-6">
        <summary className="w-fit cursor-pointer text-13 text-accent underline">{t("create")}</summary>
        <div className="mt-3">
          <CreateForm />
        </div>
      </details>
    </>
  );
}

function Listed({
  table,
  data,
  columns,
  sorting,
  setSorting,
}: {
  table: TableWindow<"topics">;
  data: RoomView<"topics">;
  columns: ChosenColumns<TopicRow>;
} & ReturnType<typeof useSort>) {
  const t = useWords("topics");
  const f = useFormat();
  const router = useRouter();
  const [{ q, state }, setFilter] = useQueryStates(topicsAddress);
  const selection = useSelection();
  const filtered = q.trim() !== "" || state.length > 0;
  const menu = useCallback((row: TopicRow) => <TopicMenu topic={row.key} paused={row.paused} />, []);
  const open = useCallback((row: TopicRow) => router.push(paths.topic(row.key)), [router]);
  const partial = isPartial(data.coverage);
  const totals = useMemo(() => {
    const shown = f.count(data.matching);
    return totalsOf(t(filtered ? "total-matching" : "total", { shown }), data.sums, partial);
  }, [t, f, filtered, data.matching, data.sums, partial]);

  return (
    <>
      <FilterBar data={data} columns={columns} sorting={sorting} />
      <BulkBar selection={selection} />
      {data.count === 0 ? (
        <Empty title={t("none-match", { count: data.total, shown: f.count(data.total) })}>
          <Button onClick={() => void setFilter({ q: null, state: null })}>{t("clear")}</Button>
        </Empty>
      ) : (
        <TopicExtras topics={data.keys} sparks={columns.shown.some(({ id }) => id === sparkColumn)}>
          <WindowTable
            label={t("title")}
            window={table}
            columns={columns.shown}
            sorting={sorting}
            onSort={setSorting}
            stale={isStale}
            totals={totals}
            selection={selection}
            menu={menu}
            open={open}
          />
        </TopicExtras>
      )}
    </>
  );
}

function isStale(row: TopicRow): boolean {
  return row.stale;
}
