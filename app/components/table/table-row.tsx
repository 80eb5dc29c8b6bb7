import { memo } from "react";
import { cn } from "../classes.ts";
import { type Column, priorityClass } from "./column.ts";

interface Props<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly stale: boolean;
}

/** Drawn anew only when its own row is another object. */
export const TableRow = memo(function TableRow<Row>({ row, columns, index, stale }: Props<Row>) {
  return (
    <tr
      aria-rowindex={index + 2}
      data-stale={stale || undefined}
      className="group hover:bg-surface [&:not(:last-child)>td]:border-b"
    >
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={cn(
            "h-9 border-line px-3 whitespace-nowrap",
            at === 0 &&
              "sticky left-0 w-full max-w-0 min-w-36 truncate md:min-w-60 bg-bg group-hover:bg-surface",
            at === 0 && stale && "border-l-4 border-l-muted",
            column.numeric && "text-right",
            priorityClass(column.priority),
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <Row>(props: Props<Row>) => React.ReactNode;
