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
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef } from "react";
import { Button } from "../button.tsx";
import { cn } from "../classes.ts";
import { type Column, priorityClass } from "./column.ts";
import { HeaderCell } from "./header-cell.tsx";
import { useHeldOrder } from "./held-order.ts";
import { useSteadyRows } from "./steady-rows.ts";
import { TableRow } from "./table-row.tsx";
import { useHand } from "./use-hand.ts";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

export const rowHeightPx = 36;
/** Up to here all rows are drawn; beyond, those in sight. */
const wholeMax = 100;

/** A table of live rows: sorted, held still under the hand, and drawn only where it is looked at. */
export function DataTable<Row extends { readonly key: string }>({
  label,
  rows,
  columns,
  sorting,
  onSort,
  filter = "",
  totals,
  stale,
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
    onSortingChange: (update) => onSort(typeof update === "function" ? update(sorting) : update),
  });

  const hand = useHand();
  const model = table.getRowModel();
  const order = useHeldOrder(
    useMemo(() => model.rows.map((row) => row.id), [model]),
    hand.held,
    reason,
  );
  const byKey = useMemo(() => new Map(rows.map((row) => [row.key, row])), [rows]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtual = order.keys.length > wholeMax;
  const virtualizer = useVirtualizer({
    count: order.keys.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    initialRect: { width: 0, height: 720 },
  });
  const items = virtual ? virtualizer.getVirtualItems() : null;
  const first = items?.[0]?.index ?? 0;
  const last = items === null ? order.keys.length - 1 : (items.at(-1)?.index ?? -1);
  const above = first * rowHeightPx;
  const below = (order.keys.length - 1 - last) * rowHeightPx;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here, it is only noticed
    <div
      className="relative rounded-card border border-line"
      onPointerEnter={(event) => event.pointerType === "mouse" && hand.take()}
      onPointerLeave={hand.leave}
      onFocus={(event) => event.target !== scroller.current && hand.take()}
      onBlur={hand.leave}
    >
      {order.moved > 0 && hand.held && (
        <div className="absolute right-0 bottom-full z-20 pb-2">
          <Button size="small" onClick={order.resort} data-testid="re-sort">
            Re-sort ({order.moved} changed)
          </Button>
        </div>
      )}
      <section
        ref={scroller}
        aria-label={label}
        // Wider than a phone, higher than a screen: reachable and movable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
        tabIndex={0}
        className={cn("overflow-auto rounded-card", virtual && "max-h-[max(320px,calc(100dvh-232px))]")}
      >
        <table className="w-full border-separate border-spacing-0" aria-rowcount={order.keys.length + 1}>
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column, at) => (
                <HeaderCell
                  key={column.id}
                  column={column}
                  first={at === 0}
                  sorting={sorting}
                  toggle={(multi) => table.getColumn(column.id)?.toggleSorting(undefined, multi)}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <tr style={{ height: above }} />}
            {order.keys.slice(first, last + 1).map((key, at) => {
              const row = byKey.get(key);
              return row === undefined ? null : (
                <TableRow
                  key={key}
                  row={row}
                  columns={columns}
                  index={first + at}
                  stale={stale?.(row) ?? false}
                />
              );
            })}
            {below > 0 && <tr style={{ height: below }} />}
          </tbody>
          {totals !== undefined && (
            <tfoot>
              <tr>
                {columns.map((column, at) => (
                  <td
                    key={column.id}
                    className={cn(
                      "sticky bottom-0 z-10 h-9 border-t border-line bg-surface px-3 font-medium",
                      at === 0 && "left-0",
                      column.numeric && "text-right",
                      priorityClass(column.priority),
                    )}
                  >
                    {totals[column.id]}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
    </div>
  );
}

function definitionOf<Row extends { readonly key: string }>(
  column: Column<Row>,
): ColumnDef<typeof features, Row, unknown> {
  return {
    id: column.id,
    accessorFn: (row) => column.value(row) ?? undefined,
    sortUndefined: "last",
    sortDescFirst: column.numeric ?? false,
    sortFn: column.numeric ? "basic" : "alphanumeric",
  };
}
