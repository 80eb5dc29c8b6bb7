"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import {
  apiPaths,
  type HeldRow,
  type HeldState,
  type HeldView,
  heldEveryMs,
} from "../../../server/console/contract/index.ts";
import { Empty } from "../../components/empty.tsx";
import { ReadNote } from "../../components/read-note.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import type { Column } from "../../components/table/column.ts";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useRead } from "../../live/use-read.ts";
import { paths } from "../../paths.ts";
import { useFormat, useWords } from "../../words/index.ts";
import {
  useDeferredColumns,
  useInFlightColumns,
  usePoisonColumns,
} from "../topics/[topic]/channels/[channel]/message-columns.tsx";

interface Place {
  /** "": any. */
  readonly topic: string;
  readonly channel: string;
}

/** Of the channels that have most. To answer any of them one channel is chosen: rights and names are a channel's. */
export function HeldChannels({ state, ...place }: Place & { state: HeldState }) {
  switch (state) {
    case "inflight":
      return <InFlight {...place} />;
    case "deferred":
      return <Deferred {...place} />;
    case "poison":
      return <Poison {...place} />;
  }
}

function InFlight(place: Place) {
  return <Table<"inflight"> state="inflight" place={place} columns={useInFlightColumns()} sort="timeout" />;
}

function Deferred(place: Place) {
  return <Table<"deferred"> state="deferred" place={place} columns={useDeferredColumns()} sort="due" />;
}

function Poison(place: Place) {
  return <Table<"poison"> state="poison" place={place} columns={usePoisonColumns()} sort="-attempts" />;
}

function Table<State extends HeldState>({
  state: own,
  place: { topic, channel },
  columns,
  sort,
}: {
  state: State;
  place: Place;
  columns: readonly Column<HeldRow<State>>[];
  sort: string;
}) {
  const state: HeldState = own;
  const t = useWords("messages");
  const f = useFormat();
  const router = useRouter();
  const query = new URLSearchParams({ state, ...(topic && { topic }), ...(channel && { channel }) });
  const read = useRead<HeldView<State>>(`${apiPaths.held}?${query}`, heldEveryMs);
  const { sorting, setSorting } = useSort(sort, state);
  const placed = useMemo((): readonly Column<HeldRow<State>>[] => {
    const [id, ...others] = columns;
    const where: Column<HeldRow<State>> = {
      id: "place",
      header: t("column.place"),
      priority: 1,
      value: (row) => `${row.topic}/${row.channel}`,
      cell: (row) => (
        <Link
          prefetch={false}
          href={paths.held(state, row)}
          title={t("held.narrow")}
          className="font-mono text-12 hover:text-accent hover:underline"
        >
          {row.topic} / {row.channel}
        </Link>
      ),
    };
    return [id!, where, ...others];
  }, [columns, state, t]);
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && view.total > 0 && (
          <span>
            {t("held.shown", {
              count: view.total,
              ...{ shown: f.count(view.rows.length), total: f.count(view.total), channels: view.channels },
            })}
            {view.channelsLeft > 0 && ` ${t("held.left", { count: view.channelsLeft })}`}
            {view.cut && ` ${t("held.cut")}`} {t("held.choose")}
          </span>
        )}
      </ReadNote>
      {view !== null && view.total === 0 && (
        <Empty title={t(`held.none.${state}`)}>{t("held.none-why")}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t(`held.${state}`)}
          rows={view.rows}
          columns={placed}
          sorting={sorting}
          onSort={setSorting}
          filter={query.toString()}
          open={({ id }) => router.push(paths.message(id))}
        />
      )}
    </>
  );
}
