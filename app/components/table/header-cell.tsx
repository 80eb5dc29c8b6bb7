import type { SortingState } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../classes.ts";
import { type Column, type ColumnWords, priorityClass } from "./column.ts";

/** A column's name, and the button that sorts by it: falling, rising, not. Shift adds it to the others. */
export function HeaderCell<Row>({
  column,
  words: { header, hint },
  first,
  sorting,
  toggle,
  before,
}: {
  column: Column<Row>;
  words: ColumnWords;
  first: boolean;
  sorting: SortingState;
  /** null: it cannot be sorted by. */
  toggle: ((multi: boolean) => void) | null;
  before?: ReactNode;
}) {
  const at = sorting.findIndex((sort) => sort.id === column.id);
  const own = sorting[at];
  const Arrow = own?.desc ? ArrowDown : ArrowUp;
  const look =
    "flex h-7 min-w-0 flex-1 items-center rounded-control px-2 text-12 whitespace-nowrap text-muted";
  return (
    <th
      scope="col"
      aria-sort={own === undefined ? "none" : own.desc ? "descending" : "ascending"}
      className={cn(
        "sticky top-0 z-10 h-9 border-b border-line bg-surface px-1 text-left font-normal",
        first && "left-0 z-20",
        priorityClass(column.priority),
      )}
    >
      <span className="flex items-center">
        {before}
        {toggle === null ? (
          <span title={hint} className={cn(look, column.numeric && "flex-row-reverse")}>
            {header}
          </span>
        ) : (
          <button
            type="button"
            title={hint}
            onClick={(event) => toggle(event.shiftKey)}
            className={cn(
              look,
              "hover:text-text pointer-coarse:h-9",
              column.numeric && "flex-row-reverse",
              own !== undefined && "font-medium text-text",
            )}
          >
            <span className="relative">
              {header}
              {own !== undefined && sorting.length > 1 && (
                <span aria-hidden="true" className="ml-1 text-11">
                  {at + 1}
                </span>
              )}
              {own !== undefined && (
                // In the air beside the name: a column is not wider for being one to sort by.
                <Arrow
                  aria-hidden="true"
                  className={cn(
                    "absolute top-1/2 size-3 -translate-y-1/2",
                    column.numeric ? "right-full" : "left-full",
                  )}
                />
              )}
            </span>
          </button>
        )}
      </span>
    </th>
  );
}
