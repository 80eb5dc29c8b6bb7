import type { SortingState } from "@tanstack/react-table";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { parseSort, printSort } from "../../../server/console/contract/index.ts";

/** Sorting that lives in the address, so that a link shows what its sender saw. */
export function useSort(standard: string, key = "sort") {
  const [text, setText] = useQueryState(key, parseAsString.withDefault(standard));
  const sorting = useMemo(() => parseSort(text) as SortingState, [text]);
  const setSorting = (next: SortingState | null) => void setText(next === null ? null : printSort(next));
  return { sorting, setSorting };
}

/** After a click on a column's header: falling (names: rising), the other way, not; with Shift beside the others. */
export function toggled(sorting: SortingState, id: string, desc: boolean, multi: boolean): SortingState {
  const own = sorting.find((sort) => sort.id === id);
  const others = multi ? sorting.filter((sort) => sort.id !== id) : [];
  if (own === undefined) return [...others, { id, desc }];
  return own.desc === desc ? [...others, { id, desc: !desc }] : others;
}
