"use client";

import { useCallback, useEffect, useMemo, useRef } from "react";
import {
  apiPaths,
  type BrowserConnection,
  type BrowserConnections,
  readEveryMs,
} from "../../../../../../server/console/contract/index.ts";
import { Ago } from "../../../../../components/ago.tsx";
import { Num } from "../../../../../components/number.tsx";
import { Badge, Shape } from "../../../../../components/status.tsx";
import type { Column } from "../../../../../components/table/column.ts";
import { DataTable } from "../../../../../components/table/data-table.tsx";
import { useSort } from "../../../../../components/table/sort.ts";
import { useRead } from "../../../../../live/use-read.ts";
import { visible } from "../../../../../live/visible.ts";
import { useWords } from "../../../../../words/index.ts";
import { PageDeeds } from "./page-deeds.tsx";

export type PageRow = BrowserConnection & { readonly key: string };

const tabCharacters = 8;

/** Browsers' pages among the channel's consumers, at whichever console they are. Nothing when there are none. */
export function BrowserPages({ topic, channel }: { topic: string; channel: string }) {
  const t = useWords("consume");
  const of = `${apiPaths.consumeConnections}?${new URLSearchParams({ topic, channel })}`;
  const { value, again } = useRead<BrowserConnections>(of, readEveryMs);
  const latest = useRef(again);
  useEffect(() => {
    latest.current = again;
  });
  const { sorting, setSorting } = useSort("-inflight", "pages");
  const columns = usePageColumns(useCallback(() => latest.current(), []));
  const rows = useMemo<readonly PageRow[]>(
    () => value?.connections.map((connection) => ({ ...connection, key: connection.id })) ?? [],
    [value],
  );
  if (value === null || rows.length === 0) return null;
  return (
    <section className="mt-6">
      <h2 className="mb-2 text-14 font-semibold">{t("pages.title")}</h2>
      {!value.isWhole && (
        <p className="mb-2 flex items-center gap-1.5 text-12 text-muted">
          <Shape tone="unknown" />
          {t("pages.here-only")}
        </p>
      )}
      <DataTable
        label={t("pages.title")}
        rows={rows}
        columns={columns}
        sorting={sorting}
        onSort={setSorting}
      />
    </section>
  );
}

function usePageColumns(again: () => void): readonly Column<PageRow>[] {
  const t = useWords("consume");
  return useMemo(() => {
    const numeric = (
      id: "inflight" | "finished" | "requeued" | "lost",
      value: (row: PageRow) => number,
      priority: 1 | 2 | 3,
    ): Column<PageRow> => ({
      ...{ id, header: t(`pages.${id}`), numeric: true, priority, value },
      cell: (row) => <Num value={value(row)} />,
    });
    return [
      {
        id: "user",
        header: t("pages.user"),
        value: (row) => row.user,
        cell: (row) => <span className="font-mono">{visible(row.user)}</span>,
      },
      {
        id: "page",
        header: t("pages.page"),
        hint: t("pages.page-hint"),
        priority: 2,
        value: (row) => row.page,
        cell: (row) => (
          <span className="block max-w-64 truncate font-mono text-12" title={visible(row.userAgent)}>
            {visible(row.page)} · {visible(row.tab.slice(0, tabCharacters))}
          </span>
        ),
      },
      {
        id: "address",
        header: t("pages.address"),
        priority: 4,
        value: (row) => row.address,
        cell: (row) => <span className="font-mono text-12">{row.address}</span>,
      },
      {
        id: "rdy",
        header: t("rdy"),
        numeric: true,
        priority: 1,
        value: (row) => row.rdy,
        cell: (row) => <Rdy row={row} />,
      },
      numeric("inflight", (row) => row.inFlight, 1),
      numeric("finished", (row) => row.finished, 2),
      numeric("requeued", (row) => row.requeued, 3),
      numeric("lost", (row) => row.lost, 3),
      {
        id: "last",
        header: t("pages.last"),
        numeric: true,
        priority: 2,
        value: (row) => row.finishedAtMs,
        cell: (row) => <Ago atMs={row.finishedAtMs} />,
      },
      {
        id: "connected",
        header: t("pages.connected"),
        numeric: true,
        priority: 4,
        value: (row) => row.connectedAtMs,
        cell: (row) => <Ago atMs={row.connectedAtMs} />,
      },
      {
        id: "act",
        header: t("pages.act"),
        priority: 1,
        cell: (row) => <PageDeeds row={row} again={again} />,
      },
    ];
  }, [t, again]);
}

function Rdy({ row: { rdy, rdyAsked, throttledTo, isSlow } }: { row: PageRow }) {
  const t = useWords("consume");
  return (
    <span className="inline-flex items-center gap-1.5">
      {throttledTo !== null && <Badge tone="paused">{t("pages.throttled")}</Badge>}
      {isSlow && <Badge tone="warn">{t("pages.slow")}</Badge>}
      <span title={t("pages.asked", { rdy: rdyAsked })}>
        <Num value={rdy} />
      </span>
    </span>
  );
}
