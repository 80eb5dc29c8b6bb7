"use client";

import { useRouter } from "next/navigation";
import { useCallback, useMemo } from "react";
import {
  apiPaths,
  printSort,
  type RoomView,
  type Snapshot,
  type TopicRow,
  windowQuery,
} from "../../../server/console/contract/index.ts";
import { CreateForm } from "../../actions/create-form.tsx";
import { Button } from "../../components/button.tsx";
import { CoverageNote, isPartial } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { ColumnChooser } from "../../components/table/column-chooser.tsx";
import { DensitySwitch } from "../../components/table/density-switch.tsx";
import { ExportMenu } from "../../components/table/export-menu.tsx";
import { FilterBar } from "../../components/table/filter-bar.tsx";
import { useSelection } from "../../components/table/selection.ts";
import { useSort } from "../../components/table/sort.ts";
import { type ChosenColumns, useColumns } from "../../components/table/use-columns.ts";
import { type RowFilter, useRowFilter } from "../../components/table/use-row-filter.ts";
import { type TableWindow, useTableWindow } from "../../components/table/use-table-window.ts";
import { WindowTable } from "../../components/table/window-table.tsx";
import { paths } from "../../paths.ts";
import { allTopicColumns, sparkColumn } from "../../tables/topic-columns.tsx";
import { TopicExtras } from "../../tables/topic-extras.tsx";
import { totalsOf } from "../../tables/totals.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import { NewSystem } from "../new-system.tsx";
import { standardSort } from "./address.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { TopicMenu } from "./topic-menu.tsx";

export function Topics({ rendered }: { rendered: Snapshot<"topics"> }) {
  const t = useWords("topics");
  const f = useFormat();
  const filter = useRowFilter("topics");
  const { sorting, setSorting } = useSort(standardSort);
  const columns = useColumns(allTopicColumns);
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
        <Listed
          table={table}
          data={data}
          columns={columns}
          filter={filter}
          sorting={sorting}
          setSorting={setSorting}
        />
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
  filter,
  sorting,
  setSorting,
}: {
  table: TableWindow<"topics">;
  data: RoomView<"topics">;
  columns: ChosenColumns<TopicRow>;
  filter: RowFilter;
} & ReturnType<typeof useSort>) {
  const t = useWords("topics");
  const tables = useWords("tables");
  const f = useFormat();
  const router = useRouter();
  const selection = useSelection();
  const { q, state, isFiltered } = filter;
  const menu = useCallback((row: TopicRow) => <TopicMenu topic={row.key} paused={row.paused} />, []);
  const open = useCallback((row: TopicRow) => router.push(paths.topic(row.key)), [router]);
  const partial = isPartial(data.coverage);
  const totals = useMemo(() => {
    const shown = f.count(data.matching);
    return totalsOf(t(isFiltered ? "total-matching" : "total", { shown }), data.sums, partial);
  }, [t, f, isFiltered, data.matching, data.sums, partial]);

  return (
    <>
      <FilterBar data={data} filter={filter} label={t("filter")}>
        <DensitySwitch />
        <ColumnChooser columns={columns} />
        <ExportMenu
          path={apiPaths.topicsFile}
          query={windowQuery({ q, state, sort: printSort(sorting) })}
          name="topics"
        />
      </FilterBar>
      <BulkBar selection={selection} />
      {data.count === 0 ? (
        <Empty title={t("none-match", { count: data.total, shown: f.count(data.total) })}>
          <Button onClick={filter.clear}>{tables("filter.clear")}</Button>
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
