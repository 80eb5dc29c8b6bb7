import type { SortingState } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { cn } from "../classes.ts";
import { type Column, priorityClass } from "./column.ts";

/** A column's name, and the button that sorts by it: falling, rising, not. Shift adds it to the others. */
export function HeaderCell<Row>({
  column,
  first,
  sorting,
  toggle,
}: {
  column: Column<Row>;
  first: boolean;
  sorting: SortingState;
  toggle: (multi: boolean) => void;
}) {
  const own = sorting.find((sort) => sort.id === column.id);
  const Arrow = own?.desc ? ArrowDown : ArrowUp;
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
      <button
        type="button"
        title={column.hint}
        onClick={(event) => toggle(event.shiftKey)}
        className={cn(
          "flex h-7 w-full items-center gap-1 rounded-control px-2 text-12 whitespace-nowrap text-muted hover:text-text pointer-coarse:h-9",
          column.numeric && "flex-row-reverse",
          own !== undefined && "font-medium text-text",
        )}
      >
        {column.header}
        <Arrow aria-hidden="true" className={cn("size-3", own === undefined && "invisible")} />
      </button>
    </th>
  );
}
