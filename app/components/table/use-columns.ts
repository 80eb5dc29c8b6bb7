import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import type { Column } from "./column.ts";

export interface ChosenColumns<Row> {
  /** Those shown, in their order; the first of all is always there and first. */
  readonly shown: readonly Column<Row>[];
  readonly all: readonly Column<Row>[];
  /** null: as they are by themselves. */
  readonly choose: (ids: readonly string[] | null) => void;
}

/** Which columns are shown, and in which order; in the address where it is not the table's own choice. */
export function useColumns<Row>(all: readonly Column<Row>[], key = "cols"): ChosenColumns<Row> {
  const [ids, setIds] = useQueryState(key, parseAsArrayOf(parseAsString));
  const shown = useMemo(() => shownOf(all, ids), [all, ids]);
  return { shown, all, choose: (chosen) => void setIds(chosen === null ? null : [...chosen]) };
}

/** Unknown ids are ignored; without any known one it is as if nothing had been chosen. */
export function shownOf<Row>(
  all: readonly Column<Row>[],
  ids: readonly string[] | null,
): readonly Column<Row>[] {
  const [first, ...others] = all;
  const known = [...new Set(ids ?? [])].flatMap((id) => others.find((column) => column.id === id) ?? []);
  const chosen = known.length > 0 ? known.map(always) : others.filter((column) => !column.optional);
  return first === undefined ? [] : [first, ...chosen];
}

/** Who chose a column sees it on narrow screens too. */
function always<Row>(column: Column<Row>): Column<Row> {
  return (column.priority ?? 1) >= 3 ? { ...column, priority: 2 } : column;
}
