"use client";

import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type ReactNode, useCallback, useMemo } from "react";
import type { Column } from "./column.ts";
import { useHeldOrder } from "./held-order.ts";
import type { Selection } from "./selection.ts";
import { useSteadyRows } from "./steady-rows.ts";
import { TableFrame } from "./table-frame.tsx";
import { useHand } from "./use-hand.ts";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

/** Up to here all rows are drawn; beyond, those in sight. */
const wholeMax = 100;

/** A table of live rows that the page has all of: sorted here, and held still under the hand. For long ones: `WindowTable`. */
export function DataTable<Row extends { readonly key: string }>({
  label,
  rows,
  columns,
  sorting,
  onSort,
  filter = "",
  totals,
  stale,
  selection,
  open,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  sorting: SortingState;
  onSort: (sorting: SortingState) => void;
  /** What the rows were filtered by, so that another filter sorts at once. */
  filter?: string;
  /** By column id; stands under the rows. */
  totals?: Readonly<Record<string, ReactNode>>;
  /** Rows whose node is silent. */
  stale?: (row: Row) => boolean;
  /** Rows can be chosen. */
  selection?: Selection;
  /** Enter on a row. */
  open?: (row: Row) => void;
}) {
  const definitions = useMemo(() => columns.map((column) => definitionOf<Row>(column)), [columns]);
  const reason = `${JSON.stringify(sorting)} ${filter}`;
  const sortable = useSteadyRows(rows, reason, wholeMax);
  const table = useTable({
    features,
    columns: definitions,
    data: sortable as Row[],
    getRowId: (row: Row) => row.key,
    state: { sorting },
  });

  const hand = useHand();
  const model = table.getRowModel();
  const order = useHeldOrder(
    useMemo(() => model.rows.map((row) => row.id), [model]),
    hand.held,
    reason,
  );
  const byKey = useMemo(() => new Map(rows.map((row) => [row.key, row])), [rows]);
  const keys = useMemo(() => order.keys.filter((key) => byKey.has(key)), [order.keys, byKey]);
  const rowAt = useCallback((index: number) => byKey.get(keys[index] ?? ""), [byKey, keys]);
  return (
    <TableFrame
      label={label}
      columns={columns}
      count={keys.length}
      rowAt={rowAt}
      wholeMax={wholeMax}
      sorting={sorting}
      onSort={onSort}
      totals={totals}
      stale={stale}
      hand={hand}
      moved={order.moved}
      resort={order.resort}
      reason={reason}
      selection={selection}
      open={open}
    />
  );
}

function definitionOf<Row extends { readonly key: string }>(
  column: Column<Row>,
): ColumnDef<typeof features, Row, unknown> {
  return {
    id: column.id,
    accessorFn: (row) => column.value?.(row) ?? undefined,
    sortUndefined: "last",
    sortDescFirst: column.numeric ?? false,
    sortFn: column.numeric ? "basic" : "alphanumeric",
  };
}
