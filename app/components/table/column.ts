import type { ReactNode } from "react";

/** A column of a table whose rows move. Keep columns in a constant or a memo: cells are only drawn anew when their row changes. */
export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** What the header means, in a sentence. */
  readonly hint?: string;
  /** What it is sorted by; null goes last. */
  readonly value: (row: Row) => string | number | null;
  readonly cell: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  /** 1 is there on a phone, 2 from a tablet on, 3 on wide screens only. */
  readonly priority?: 1 | 2 | 3;
}

/** What hides a cell on screens that are too narrow for it. */
export function priorityClass(priority: 1 | 2 | 3 | undefined): string {
  if (priority === 3) return "max-xl:hidden";
  return priority === 2 ? "max-md:hidden" : "";
}
