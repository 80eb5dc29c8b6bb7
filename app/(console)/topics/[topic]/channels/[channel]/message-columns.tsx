"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { DeferredRow, InFlightRow, PoisonRow } from "../../../../../../server/console/contract/index.ts";
import { Ago } from "../../../../../components/ago.tsx";
import { Num } from "../../../../../components/number.tsx";
import type { Column } from "../../../../../components/table/column.ts";
import { unknown } from "../../../../../live/format.ts";
import { useNow } from "../../../../../live/use-now.ts";
import { visible } from "../../../../../live/visible.ts";
import { paths } from "../../../../../paths.ts";
import { NodeLink } from "../../../../../tables/cells.tsx";
import { useFormat, useWords } from "../../../../../words/index.ts";

type Row = InFlightRow | DeferredRow | PoisonRow;
type T = ReturnType<typeof useWords<"channel">>;

/** What all of these tables begin and end with. */
function common(t: T): Readonly<Record<"id" | "attempts" | "bytes" | "published" | "node", Column<Row>>> {
  return {
    id: {
      id: "id",
      header: t("column.message"),
      value: (row) => row.id,
      cell: (row) => (
        <Link
          prefetch={false}
          href={paths.message(row.id)}
          className="font-mono hover:text-accent hover:underline"
        >
          {row.id}
        </Link>
      ),
    },
    attempts: {
      id: "attempts",
      header: t("column.attempts"),
      hint: t("hint.attempts"),
      numeric: true,
      priority: 1,
      value: (row) => row.attempts,
      cell: (row) => <Num value={row.attempts} className={row.attempts > 5 ? "text-warn" : undefined} />,
    },
    bytes: {
      id: "bytes",
      header: t("column.size"),
      hint: t("hint.size"),
      numeric: true,
      priority: 3,
      value: (row) => row.bytes,
      cell: (row) => <Num value={row.bytes} as="bytes" />,
    },
    published: {
      id: "published",
      header: t("column.published"),
      numeric: true,
      priority: 2,
      value: (row) => row.publishedAtMs,
      cell: (row) => <Ago atMs={row.publishedAtMs} />,
    },
    node: {
      id: "node",
      header: t("column.node"),
      priority: 3,
      value: (row) => row.node,
      cell: (row) => <NodeLink node={row.node} />,
    },
  };
}

export function useInFlightColumns(): readonly Column<InFlightRow>[] {
  const t = useWords("channel");
  return useMemo((): readonly Column<InFlightRow>[] => {
    const { id, attempts, bytes, published, node } = common(t);
    return [
      id,
      {
        id: "client",
        header: t("column.client"),
        priority: 1,
        value: (row) => row.client?.clientId ?? null,
        cell: (row) => <Holder row={row} />,
      },
      {
        id: "since",
        header: t("column.since"),
        hint: t("hint.since"),
        numeric: true,
        priority: 2,
        value: (row) => -row.sinceMs,
        cell: (row) => <Ago atMs={row.sinceMs} />,
      },
      {
        id: "timeout",
        header: t("column.timeout"),
        hint: t("hint.timeout"),
        numeric: true,
        priority: 1,
        value: (row) => row.deadlineAtMs,
        cell: (row) => <Until atMs={row.deadlineAtMs} />,
      },
      attempts,
      published,
      bytes,
      node,
    ];
  }, [t]);
}

export function useDeferredColumns(): readonly Column<DeferredRow>[] {
  const t = useWords("channel");
  return useMemo((): readonly Column<DeferredRow>[] => {
    const { id, attempts, bytes, published, node } = common(t);
    return [
      id,
      {
        id: "due",
        header: t("column.due"),
        numeric: true,
        priority: 1,
        value: (row) => row.dueAtMs,
        cell: (row) => <Until atMs={row.dueAtMs} />,
      },
      {
        id: "delay",
        header: t("column.delay"),
        hint: t("hint.delay"),
        numeric: true,
        priority: 2,
        value: delayMs,
        cell: (row) => <Num value={delayMs(row)} as="age" />,
      },
      {
        id: "reason",
        header: t("column.reason"),
        priority: 2,
        value: (row) => row.reason,
        cell: (row) => t(`reason.${row.reason}`),
      },
      attempts,
      published,
      bytes,
      node,
    ];
  }, [t]);
}

export function usePoisonColumns(): readonly Column<PoisonRow>[] {
  const t = useWords("channel");
  return useMemo((): readonly Column<PoisonRow>[] => {
    const { id, attempts, bytes, published, node } = common(t);
    return [
      id,
      attempts,
      {
        id: "state",
        header: t("column.state"),
        priority: 1,
        value: (row) => row.state,
        cell: (row) => t(`poison-state.${row.state}`),
      },
      {
        id: "client",
        header: t("column.client"),
        priority: 2,
        value: (row) => row.client?.clientId ?? null,
        cell: (row) => (row.client === null ? unknown : <Holder row={row} />),
      },
      {
        id: "due",
        header: t("column.next"),
        hint: t("hint.next"),
        numeric: true,
        priority: 2,
        value: (row) => row.dueAtMs,
        cell: (row) => (row.dueAtMs === null ? unknown : <Until atMs={row.dueAtMs} />),
      },
      published,
      bytes,
      node,
    ];
  }, [t]);
}

/** How long it was to wait; null: not known any more. */
function delayMs({ dueAtMs, sinceMs }: DeferredRow): number | null {
  return sinceMs === null ? null : dueAtMs - sinceMs;
}

function Holder({ row: { client } }: { row: Pick<InFlightRow, "client"> }) {
  const t = useWords("channel");
  if (client === null) return <span className="text-muted">{t("holder-gone")}</span>;
  return (
    <span className="flex items-baseline gap-2">
      <span className="max-w-56 truncate font-mono" title={client.clientId}>
        {visible(client.clientId)}
      </span>
      <span className="font-mono text-12 text-muted">{visible(client.address)}</span>
    </span>
  );
}

/** Counted by the server's clock: a browser that is off by a minute shows the same. */
function Until({ atMs }: { atMs: number }) {
  const nowMs = useNow();
  const f = useFormat();
  const t = useWords("channel");
  const leftMs = atMs - nowMs;
  return leftMs <= 0 ? <span className="text-warn">{t("now")}</span> : <span>{f.age(leftMs)}</span>;
}
