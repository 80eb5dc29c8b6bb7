import type { ReactNode } from "react";
import { useMemo } from "react";
import { useWords } from "../../words/index.ts";

/** A column of a table whose rows move. Keep columns in a constant or a memo: cells are only drawn anew when their row changes. */
export interface Column<Row> {
  readonly id: string;
  /** Left out: the words of `tables.column`, by `word` or else by `id`. */
  readonly header?: string;
  /** What the header means, in a sentence; left out: as `header`, of `tables.hint`. */
  readonly hint?: string;
  readonly word?: string;
  /** What it is sorted by; null goes last. Left out: it cannot be sorted by. */
  readonly value?: (row: Row) => string | number | null;
  readonly cell: (row: Row) => ReactNode;
  readonly numeric?: boolean;
  /** 1 is there on a phone, 2 from a tablet on, 3 on wide screens only, 4 on the widest. */
  readonly priority?: 1 | 2 | 3 | 4;
  /** Takes what room is left, instead of the first one. */
  readonly grows?: boolean;
  /** There when it is chosen, not by itself. */
  readonly optional?: boolean;
}

/** What hides a cell on screens that are too narrow for it. */
export function priorityClass(priority: 1 | 2 | 3 | 4 | undefined): string {
  if (priority === 4) return "max-2xl:hidden";
  if (priority === 3) return "max-xl:hidden";
  return priority === 2 ? "max-md:hidden" : "";
}

export interface ColumnWords {
  readonly header: string;
  readonly hint: string | undefined;
}

/** What stands over a column, in the reader's language. */
export function useColumnWords(): (
  column: Pick<Column<never>, "id" | "header" | "hint" | "word">,
) => ColumnWords {
  const t = useWords("tables");
  return useMemo(
    () => (column) => {
      const word = column.word ?? column.id;
      const header = `column.${word}` as "column.depth";
      const hint = `hint.${word}` as "hint.depth";
      return {
        header: column.header ?? t(header),
        hint: column.hint ?? (column.header === undefined && t.has(hint) ? t(hint) : undefined),
      };
    },
    [t],
  );
}
