"use client";

import type { SortingState } from "@tanstack/react-table";
import { type ReactNode, useCallback, useMemo } from "react";
import {
  type WindowRoom,
  type WindowViewOf,
  windowRowsDefault,
} from "../../../server/console/contract/index.ts";
import type { Column } from "./column.ts";
import type { Selection } from "./selection.ts";
import { TableFrame } from "./table-frame.tsx";
import type { TableWindow } from "./use-table-window.ts";

type RowOf<R extends WindowRoom> = WindowViewOf<R>["rows"][number];

/** A table that may have ten thousand rows: the server sorts it and sends those in sight. */
export function WindowTable<R extends WindowRoom>({
  label,
  window,
  columns,
  sorting,
  onSort,
  totals,
  stale,
  selection,
  menu,
  open,
}: {
  label: string;
  window: TableWindow<R>;
  columns: readonly Column<RowOf<R>>[];
  sorting: SortingState;
  onSort: (sorting: SortingState) => void;
  totals?: Readonly<Record<string, ReactNode>>;
  stale?: (row: RowOf<R>) => boolean;
  selection?: Selection;
  menu?: (row: RowOf<R>) => ReactNode;
  open?: (row: RowOf<R>) => void;
}) {
  const { data, hand, reason, resort, onRange } = window;
  const rows = data?.rows as readonly RowOf<R>[] | undefined;
  const byKey = useMemo(() => new Map((rows ?? []).map((row) => [row.key, row])), [rows]);
  const [offset, keys] = [data?.offset ?? 0, data?.keys];
  const rowAt = useCallback(
    (index: number) => byKey.get(keys?.[index - offset] ?? ""),
    [byKey, keys, offset],
  );
  return (
    <TableFrame<RowOf<R>>
      label={label}
      columns={columns}
      count={data?.count ?? 0}
      rowAt={rowAt}
      wholeMax={windowRowsDefault}
      sorting={sorting}
      onSort={onSort}
      totals={totals}
      stale={stale}
      hand={hand}
      moved={data?.changed ?? 0}
      resort={resort}
      reason={reason}
      onRange={onRange}
      selection={selection}
      menu={menu}
      open={open}
    />
  );
}
