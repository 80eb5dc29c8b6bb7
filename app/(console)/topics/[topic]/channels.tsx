"use client";

import { useRouter } from "next/navigation";
import { useCallback, useMemo } from "react";
import type { ChannelRow, Coverage, Snapshot } from "../../../../server/console/contract/index.ts";
import { CreateForm } from "../../../actions/create-form.tsx";
import { isPartial } from "../../../components/coverage-note.tsx";
import { Empty } from "../../../components/empty.tsx";
import { ColumnChooser } from "../../../components/table/column-chooser.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useColumns } from "../../../components/table/use-columns.ts";
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
  const f = useFormat();
  const router = useRouter();
  const { sorting, setSorting } = useSort(standardChannelSort);
  const columns = useColumns(useMemo(() => channelColumns(topic), [topic]));
  const table = useTableWindow(rendered, {}, sorting, columns.shown);
  const { data } = table;
  const partial = isPartial(coverage);
  const totals = useMemo(
    () =>
      data === null || data.total < 2
        ? undefined
        : totalsOf(t("total", { count: data.total, shown: f.count(data.total) }), data.sums, partial),
    [t, f, data, partial],
  );
  const menu = useCallback((row: ChannelRow) => <ChannelMenu topic={topic} row={row} />, [topic]);
  const open = useCallback((row: ChannelRow) => router.push(paths.channel(topic, row.key)), [router, topic]);
  return (
    <>
      {data === null || data.total === 0 ? (
        <Empty title={t("channels-none")}>{t("channels-none-why")}</Empty>
      ) : (
        <>
          <div className="mb-2 flex justify-end">
            <ColumnChooser columns={columns} />
          </div>
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
        </>
      )}
      <div className="mt-4">
        <CreateForm topic={topic} />
      </div>
    </>
  );
}

function isStale(row: ChannelRow): boolean {
  return row.stale;
}
