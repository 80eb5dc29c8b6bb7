"use client";

import { useMemo } from "react";
import {
  apiPaths,
  type ProducerRow,
  type ProducersView,
  readEveryMs,
} from "../../../../server/console/contract/index.ts";
import { Ago } from "../../../components/ago.tsx";
import { Empty } from "../../../components/empty.tsx";
import { Num } from "../../../components/number.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import type { Column } from "../../../components/table/column.ts";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useRead } from "../../../live/use-read.ts";
import { visible } from "../../../live/visible.ts";
import { ClientName, NodeLink, Told } from "../../../tables/cells.tsx";
import { useFormat, useWords } from "../../../words/index.ts";

/** Connections that have published to the topic. */
export function Producers({ topic }: { topic: string }) {
  const t = useWords("topic");
  const f = useFormat();
  const read = useRead<ProducersView>(apiPaths.producers(topic), readEveryMs);
  const columns = useProducerColumns();
  const { sorting, setSorting } = useSort("-rate", "producers");
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && view.total > 0 && (
          <span>
            {view.rows.length < view.total
              ? t("producers-some", { shown: f.count(view.rows.length), total: f.count(view.total) })
              : t("producers-all", { count: view.total })}
          </span>
        )}
        <span>{t("producers-http")}</span>
      </ReadNote>
      {view !== null && view.rows.length === 0 && (
        <Empty title={t("producers-none")}>{t("producers-none-why")}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t("tab.producers")}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
        />
      )}
    </>
  );
}

function useProducerColumns(): readonly Column<ProducerRow>[] {
  const t = useWords("topic");
  return useMemo(
    (): readonly Column<ProducerRow>[] => [
      {
        id: "name",
        header: t("column.producer"),
        value: (row) => row.clientId,
        cell: (row) => <ClientName clientId={row.clientId} notes={[row.hostname, row.tls ? "TLS" : ""]} />,
      },
      {
        id: "address",
        header: t("column.address"),
        priority: 2,
        value: (row) => row.address,
        cell: (row) => <span className="font-mono text-12">{visible(row.address)}</span>,
      },
      {
        id: "agent",
        header: t("column.agent"),
        priority: 3,
        value: (row) => row.userAgent,
        cell: (row) => <Told text={row.userAgent} />,
      },
      {
        id: "node",
        header: t("column.node"),
        priority: 3,
        value: (row) => row.node,
        cell: (row) => <NodeLink node={row.node} />,
      },
      {
        id: "rate",
        header: t("column.rate"),
        numeric: true,
        priority: 1,
        value: (row) => row.rate,
        cell: (row) => <Num value={row.rate} as="rate" />,
      },
      {
        id: "messages",
        header: t("column.messages"),
        hint: t("hint.messages"),
        numeric: true,
        priority: 1,
        value: (row) => row.messageCount,
        cell: (row) => <Num value={row.messageCount} />,
      },
      {
        id: "last",
        header: t("column.last"),
        hint: t("hint.last"),
        numeric: true,
        priority: 2,
        value: (row) => row.lastAtMs,
        cell: (row) => <Ago atMs={row.lastAtMs} />,
      },
      {
        id: "connected",
        header: t("column.connected"),
        numeric: true,
        priority: 3,
        value: (row) => row.connectedAtMs,
        cell: (row) => <Ago atMs={row.connectedAtMs} />,
      },
    ],
    [t],
  );
}
