"use client";

import { useRouter } from "next/navigation";
import { useCallback, useMemo } from "react";
import {
  apiPaths,
  type ChannelRow,
  type Coverage,
  printSort,
  type Snapshot,
  windowQuery,
} from "../../../../server/console/contract/index.ts";
import { CreateForm } from "../../../actions/create-form.tsx";
import { Button } from "../../../components/button.tsx";
import { isPartial } from "../../../components/coverage-note.tsx";
import { Empty } from "../../../components/empty.tsx";
import { ColumnChooser } from "../../../components/table/column-chooser.tsx";
import { ExportMenu } from "../../../components/table/export-menu.tsx";
import { FilterBar } from "../../../components/table/filter-bar.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useColumns } from "../../../components/table/use-columns.ts";
import { useRowFilter } from "../../../components/table/use-row-filter.ts";
import { useTableWindow } from "../../../components/table/use-table-window.ts";
import { WindowTable } from "../../../components/table/window-table.tsx";
import { paths } from "../../../paths.ts";
import { channelColumns } from "../../../tables/channel-columns.tsx";
import { totalsOf } from "../../../tables/totals.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { standardChannelSort } from "./address.ts";
import { ChannelMenu } from "./channel-menu.tsx";

/** A topic's channels, however many: the server sorts them and sends those in sight. */
export function Channels({
  topic,
  rendered,
  coverage,
}: {
  topic: string;
  rendered: Snapshot<`channels:${string}`>;
  coverage: Coverage;
}) {
  const t = useWords("topic");
  const tables = useWords("tables");
  const f = useFormat();
  const router = useRouter();
  const filter = useRowFilter("channels");
  const { q, state } = filter;
  const { sorting, setSorting } = useSort(standardChannelSort);
  const quantiles = quantilesOf(rendered);
  const columns = useColumns(useMemo(() => channelColumns(topic, quantiles), [topic, quantiles]));
  const table = useTableWindow(rendered, filter, sorting, columns.shown);
  const { data } = table;
  const partial = isPartial(coverage);
  const totals = useMemo(() => {
    if (data === null || data.matching < 2) return undefined;
    const count = { count: data.matching, shown: f.count(data.matching) };
    return totalsOf(t("total", count), data.sums, partial);
  }, [t, f, data, partial]);
  const menu = useCallback((row: ChannelRow) => <ChannelMenu topic={topic} row={row} />, [topic]);
  const open = useCallback((row: ChannelRow) => router.push(paths.channel(topic, row.key)), [router, topic]);
  return (
    <>
      {data === null || data.total === 0 ? (
        <Empty title={t("channels-none")}>{t("channels-none-why")}</Empty>
      ) : (
        <>
          <FilterBar data={data} filter={filter} label={t("channels-filter")}>
            <ColumnChooser columns={columns} />
            <ExportMenu
              path={apiPaths.channelsFile(topic)}
              query={windowQuery({ q, state, sort: printSort(sorting) })}
              name="channels"
            />
          </FilterBar>
          {data.count === 0 ? (
            <Empty title={t("channels-match", { count: data.total, shown: f.count(data.total) })}>
              <Button onClick={filter.clear}>{tables("filter.clear")}</Button>
            </Empty>
          ) : (
            <WindowTable
              label={t("tab.channels")}
              window={table}
              columns={columns.shown}
              sorting={sorting}
              onSort={setSorting}
              stale={isStale}
              menu={menu}
              open={open}
              {...(totals === undefined ? {} : { totals })}
            />
          )}
        </>
      )}
      <div className="mt-4">
        <CreateForm topic={topic} />
      </div>
    </>
  );
}

/** The percentiles that the nodes were asked to follow, one after the other; "": none, or there is no figure of it yet. */
function quantilesOf({ data }: Snapshot<`channels:${string}`>): string {
  const followed = data?.rows.find(({ latency }) => latency !== null)?.latency;
  return followed?.percentiles.map(({ quantile }) => quantile).join(" ") ?? "";
}

function isStale(row: ChannelRow): boolean {
  return row.stale;
}
