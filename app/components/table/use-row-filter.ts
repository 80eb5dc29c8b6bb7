"use client";

import { debounce, useQueryStates } from "nuqs";
import { useMemo } from "react";
import { type TableName, windowTextMax } from "../../../server/console/contract/index.ts";
import { type RowState, rowFilterAddress, rowStates } from "./row-filter.ts";

const typingMs = 250;

export interface RowFilter {
  /** Those that rows can be narrowed to. */
  readonly states: readonly RowState[];
  readonly q: string;
  readonly state: readonly RowState[];
  readonly isFiltered: boolean;
  readonly type: (q: string) => void;
  readonly toggle: (state: RowState) => void;
  readonly clear: () => void;
}

/** What the page's long table is narrowed to: it stands in the address, of which a page has one such. */
export function useRowFilter(table: TableName): RowFilter {
  const [{ q, state: asked }, set] = useQueryStates(rowFilterAddress);
  return useMemo(() => {
    const states: readonly RowState[] = rowStates[table];
    const state = states.filter((one) => asked.includes(one));
    return {
      states,
      q: q.slice(0, windowTextMax),
      state,
      isFiltered: q.trim() !== "" || state.length > 0,
      type: (typed) => void set({ q: typed || null }, { limitUrlUpdates: debounce(typingMs) }),
      toggle: (one) =>
        void set(
          { state: state.includes(one) ? state.filter((other) => other !== one) : [...state, one] },
          { history: "push" },
        ),
      clear: () => void set({ q: null, state: null }),
    };
  }, [q, asked, table, set]);
}
