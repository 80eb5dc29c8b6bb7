"use client";

import Link from "next/link";
import { useMemo } from "react";
import {
  apiPaths,
  type NodeClientRow,
  type NodeClientsView,
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
import { paths } from "../../../paths.ts";
import { ClientName, Told } from "../../../tables/cells.tsx";
import { useFormat, useWords } from "../../../words/index.ts";

/** Who is connected to the node, and what each of them does. */
export function Connections({ name }: { name: string }) {
  const t = useWords("node");
  const f = useFormat();
  const read = useRead<NodeClientsView>(apiPaths.nodeClients(name), readEveryMs);
  const columns = useColumns();
  const { sorting, setSorting } = useSort("-inflight", "clients");
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  const total = view?.read.total ?? null;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view === null ? [] : [view.read]}>
        {view !== null && total !== null && total > view.rows.length && (
          <span>{t("clients.some", { shown: f.count(view.rows.length), total: f.count(total) })}</span>
        )}
      </ReadNote>
      {view?.read.state === "ok" && view.rows.length === 0 && <Empty title={t("clients.none")} />}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t("tab.clients")}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
        />
      )}
    </>
  );
}

function useColumns(): readonly Column<NodeClientRow>[] {
  const t = useWords("node");
  return useMemo((): readonly Column<NodeClientRow>[] => {
    const numeric = (
      id: "inflight" | "rdy" | "finished" | "requeued" | "published",
      value: (row: NodeClientRow) => number,
      priority: 1 | 2 | 3,
    ): Column<NodeClientRow> => ({
      ...{ id, header: t(`clients.${id}`), numeric: true, priority, value },
      cell: (row) => <Num value={value(row)} />,
    });
    return [
      {
        id: "name",
        header: t("clients.client"),
        value: (row) => row.clientId,
        cell: (row) => <ClientName clientId={row.clientId} notes={[row.hostname, row.tls ? "TLS" : ""]} />,
      },
      {
        id: "consumes",
        header: t("clients.consumes"),
        priority: 1,
        value: (row) => (row.topic === null ? null : `${row.topic}/${row.channel}`),
        cell: (row) =>
          row.topic === null || row.channel === null ? (
            <span className="text-muted">{t("clients.nothing")}</span>
          ) : (
            <Link
              prefetch={false}
              href={paths.channel(row.topic, row.channel)}
              className="block max-w-64 truncate font-mono text-12 hover:text-accent hover:underline"
            >
              {row.topic}/{row.channel}
            </Link>
          ),
      },
      {
        id: "address",
        header: t("clients.address"),
        priority: 2,
        value: (row) => row.address,
        cell: (row) => <span className="font-mono text-12">{visible(row.address)}</span>,
      },
      {
        id: "agent",
        header: t("clients.agent"),
        priority: 4,
        value: (row) => row.userAgent,
        cell: (row) => <Told text={row.userAgent} />,
      },
      numeric("rdy", (row) => row.readyCount, 2),
      numeric("inflight", (row) => row.inFlight, 1),
      numeric("finished", (row) => row.finishCount, 3),
      numeric("requeued", (row) => row.requeueCount, 3),
      numeric("published", (row) => row.publishCount, 2),
      {
        id: "connected",
        header: t("clients.connected"),
        numeric: true,
        priority: 3,
        value: (row) => row.connectedAtMs,
        cell: (row) => <Ago atMs={row.connectedAtMs} />,
      },
    ];
  }, [t]);
}
