import type { SortingState } from "@tanstack/react-table";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";

/** `-depth,name` as the table's sorting state. */
export function parseSort(text: string): SortingState {
  return text
    .split(",")
    .filter((part) => part !== "" && part !== "-")
    .map((part) => (part.startsWith("-") ? { id: part.slice(1), desc: true } : { id: part, desc: false }));
}

export function printSort(sorting: SortingState): string {
  return sorting.map(({ id, desc }) => (desc ? `-${id}` : id)).join(",");
}

/** Sorting that lives in the address, so that a link shows what its sender saw. */
export function useSort(standard: string, key = "sort") {
  const [text, setText] = useQueryState(key, parseAsString.withDefault(standard));
  const sorting = useMemo(() => parseSort(text), [text]);
  const setSorting = (next: SortingState | null) => void setText(next === null ? null : printSort(next));
  return { sorting, setSorting };
}
