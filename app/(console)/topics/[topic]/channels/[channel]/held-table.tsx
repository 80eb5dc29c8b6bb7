"use client";

import type { ReactNode } from "react";
import {
  type ChosenMessage,
  type InFlightView,
  type MessageVerb,
  readEveryMs,
} from "../../../../../../server/console/contract/index.ts";
import { Empty } from "../../../../../components/empty.tsx";
import { ReadNote } from "../../../../../components/read-note.tsx";
import { Skeleton } from "../../../../../components/skeleton.tsx";
import type { Column } from "../../../../../components/table/column.ts";
import { DataTable } from "../../../../../components/table/data-table.tsx";
import { useSelection } from "../../../../../components/table/selection.ts";
import { useSort } from "../../../../../components/table/sort.ts";
import { useRead } from "../../../../../live/use-read.ts";
import { useWords } from "../../../../../words/index.ts";
import { ChosenBar } from "./chosen-bar.tsx";

export interface Place {
  readonly topic: string;
  readonly channel: string;
}

export interface HeldView<Row> extends Pick<InFlightView, "atMs" | "nodes" | "total" | "cut"> {
  readonly rows: readonly Row[];
}

/** Messages of a channel as its nodes have them at one instant, and what can be done with those that are chosen. */
export function HeldTable<
  Row extends ChosenMessage & { readonly key: string },
  View extends HeldView<Row> = HeldView<Row>,
>({
  place,
  of,
  path,
  columns,
  sort,
  verbsOf,
  children,
}: {
  place: Place;
  /** Which messages these are: its words, and their order in the address. */
  of: "inflight" | "deferred" | "poison";
  path: string;
  columns: readonly Column<Row>[];
  /** As they stand at first. */
  sort: string;
  /** What can be done with a row as it is. */
  verbsOf: (row: Row) => readonly MessageVerb[];
  /** How much there is, and what can be done with all of it; not asked where there is nothing. */
  children: (view: View) => ReactNode;
}) {
  const t = useWords("channel");
  const read = useRead<View>(path, readEveryMs);
  const { sorting, setSorting } = useSort(sort, of);
  const selection = useSelection();
  const view = read.value;
  if (view === null && read.failure === null) return <Skeleton className="h-28" />;
  return (
    <>
      <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []}>
        {view !== null && view.total > 0 && children(view)}
      </ReadNote>
      {view !== null && (
        <ChosenBar {...place} rows={view.rows} verbsOf={verbsOf} selection={selection} again={read.again} />
      )}
      {view !== null && view.total === 0 && saidAll(view) && (
        <Empty title={t(`none.${of}`)}>{t(`none-why.${of}`)}</Empty>
      )}
      {view !== null && view.rows.length > 0 && (
        <DataTable
          label={t(`tab.${of}`)}
          rows={view.rows}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          selection={selection}
        />
      )}
    </>
  );
}

/** "None" is only said when somebody could have said otherwise. */
function saidAll({ nodes }: Pick<InFlightView, "nodes">): boolean {
  return nodes.some(({ state }) => state === "ok");
}
