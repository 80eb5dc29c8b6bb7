"use client";

import { useMemo } from "react";
import {
  apiPaths,
  type ClientRow,
  type NodeRow,
  printSort,
  type Snapshot,
  windowQuery,
} from "../../../../../../server/console/contract/index.ts";
import { ActionButton } from "../../../../../actions/action-button.tsx";
import { Ago } from "../../../../../components/ago.tsx";
import { Button } from "../../../../../components/button.tsx";
import { Empty } from "../../../../../components/empty.tsx";
import { Num } from "../../../../../components/number.tsx";
import { Skeleton } from "../../../../../components/skeleton.tsx";
import type { Column } from "../../../../../components/table/column.ts";
import { ColumnChooser } from "../../../../../components/table/column-chooser.tsx";
import { ExportMenu } from "../../../../../components/table/export-menu.tsx";
import { FilterBar } from "../../../../../components/table/filter-bar.tsx";
import { useSort } from "../../../../../components/table/sort.ts";
import { useColumns } from "../../../../../components/table/use-columns.ts";
import { useRowFilter } from "../../../../../components/table/use-row-filter.ts";
import { useTableWindow } from "../../../../../components/table/use-table-window.ts";
import { WindowTable } from "../../../../../components/table/window-table.tsx";
import { useStatus } from "../../../../../live/use-room.ts";
import { ClientName, NodeLink, Told } from "../../../../../tables/cells.tsx";
import { totalsOf } from "../../../../../tables/totals.tsx";
import { useFormat, useWords } from "../../../../../words/index.ts";

type T = ReturnType<typeof useWords<"channel">>;

/** Who consumes the channel now: asked of its nodes about once a second while this is looked at. */
export function Clients({
  topic,
  channel,
  expected,
  rendered,
}: {
  topic: string;
  channel: string;
  /** How many the channel says it has; null: not known. */
  expected: number | null;
  rendered: Snapshot<`clients:${string}/${string}`>;
}) {
  const t = useWords("channel");
  const f = useFormat();
  const tables = useWords("tables");
  const filter = useRowFilter("clients");
  const { q, state } = filter;
  const { sorting, setSorting } = useSort("-inflight", "clients");
  const columns = useColumns(useClientColumns(topic, channel));
  const table = useTableWindow(rendered, filter, sorting, columns.shown);
  const { data } = table;
  const totals = useMemo(
    () =>
      data === null || data.matching < 2
        ? undefined
        : totalsOf(
            t("clients-total", { count: data.matching, shown: f.count(data.matching) }),
            data.sums,
            false,
          ),
    [t, f, data],
  );
  // Nobody was asked before somebody looked: the first answer is on its way.
  if (data === null || (data.total === 0 && expected !== 0)) return <Skeleton className="h-28" />;
  if (data.total === 0) return <Empty title={t("clients-none")}>{t("clients-none-why")}</Empty>;
  return (
    <>
      <FilterBar
        data={data}
        filter={filter}
        label={t("clients-filter")}
        placeholder={t("clients-filter-short")}
      >
        <ColumnChooser columns={columns} />
        <ExportMenu
          path={apiPaths.clientsFile(topic, channel)}
          query={windowQuery({ q, state, sort: printSort(sorting) })}
          name="clients"
        />
      </FilterBar>
      {data.count === 0 ? (
        <Empty title={t("clients-match", { count: data.total, shown: f.count(data.total) })}>
          <Button onClick={filter.clear}>{tables("filter.clear")}</Button>
        </Empty>
      ) : (
        <WindowTable
          label={t("tab.clients")}
          window={table}
          columns={columns.shown}
          sorting={sorting}
          onSort={setSorting}
          {...(totals === undefined ? {} : { totals })}
        />
      )}
    </>
  );
}

function useClientColumns(topic: string, channel: string): readonly Column<ClientRow>[] {
  const t = useWords("channel");
  return useMemo(() => {
    const numeric = (
      id: "ready" | "inflight" | "finish" | "messages" | "finished" | "requeued" | "timeouts",
      value: (row: ClientRow) => number | null,
      priority: 1 | 2 | 3 | 4,
      as: "count" | "rate" = "count",
    ): Column<ClientRow> => ({
      ...{ id, header: t(`column.${id}`), numeric: true, priority, value },
      cell: (row) => <Num value={value(row)} as={as} />,
    });
    const text = (id: "address" | "agent", value: (row: ClientRow) => string, priority: 3 | 4) => ({
      ...{ id, header: t(`column.${id}`), priority, value },
      cell: (row: ClientRow) => <Told text={value(row)} />,
    });
    return [
      {
        id: "name",
        header: t("column.client"),
        value: (row) => row.clientId,
        cell: (row) => <Name row={row} />,
      },
      text("address", (row) => row.address, 3),
      text("agent", (row) => row.userAgent, 4),
      {
        id: "node",
        header: t("column.node"),
        priority: 3,
        value: (row) => row.node,
        cell: (row) => <NodeLink node={row.node} />,
      },
      numeric("ready", (row) => row.readyCount, 1),
      numeric("inflight", (row) => row.inFlight, 1),
      numeric("finish", (row) => row.finishRate, 2, "rate"),
      {
        id: "stay",
        header: t("column.stay"),
        hint: t("hint.stay"),
        numeric: true,
        priority: 3,
        cell: (row) => <Num value={stayMs(row)} as="span" />,
      },
      numeric("messages", (row) => row.messageCount, 4),
      numeric("finished", (row) => row.finishCount, 4),
      numeric("requeued", (row) => row.requeueCount, 3),
      numeric("timeouts", (row) => row.timeoutCount, 2),
      {
        id: "connected",
        header: t("column.connected"),
        numeric: true,
        priority: 4,
        value: (row) => row.connectedAtMs,
        cell: (row) => <Ago atMs={row.connectedAtMs} />,
      },
      {
        id: "act",
        header: t("column.act"),
        priority: 2,
        cell: (row) => <Kick topic={topic} channel={channel} row={row} />,
      },
    ];
  }, [t, topic, channel]);
}

/** By Little's law: what is held, by what is finished a second. */
function stayMs({ inFlight, finishRate }: ClientRow): number | null {
  return finishRate === null || finishRate < 1 || inFlight === 0 ? null : (inFlight * 1_000) / finishRate;
}

function Name({ row }: { row: ClientRow }) {
  const t = useWords("channel");
  return <ClientName clientId={row.clientId} notes={attributes(row, t)} />;
}

function attributes(row: ClientRow, t: T): string[] {
  const words: string[] = [];
  if (row.hostname !== row.clientId && row.hostname !== "") words.push(row.hostname);
  if (row.tls) words.push("TLS");
  if (row.snappy) words.push("Snappy");
  if (row.deflate) words.push("Deflate");
  if (row.sampleRate > 0) words.push(t("sampled", { percent: row.sampleRate }));
  return words;
}

function Kick({ topic, channel, row }: { topic: string; channel: string; row: ClientRow }) {
  const t = useWords("channel");
  const { data } = useStatus();
  const target = { action: "kick-client", topic, channel, node: row.node, client: row.address } as const;
  return <ActionButton small target={target} closed={kickClosed(row, data.nodes, t)} />;
}

/** Why a client cannot be disconnected; null: it can. */
function kickClosed({ node, address }: ClientRow, nodes: readonly NodeRow[], t: T): string | null {
  if (address === "" || address.startsWith("@")) return t("kick.unix-socket");
  const limits = nodes.find(({ key }) => key === node)?.limits ?? null;
  return limits === null ? null : t(`kick.${limits.rule}`);
}
