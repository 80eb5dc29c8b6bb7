import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import type { Column } from "./column.ts";
import { shownOf } from "./shown-columns.ts";

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
  return useMemo(
    () => ({ shown, all, choose: (chosen) => void setIds(chosen === null ? null : [...chosen]) }),
    [shown, all, setIds],
  );
}
