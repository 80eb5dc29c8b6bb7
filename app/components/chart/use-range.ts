"use client";

import { parseAsString, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { HistoryWindow } from "../../../server/console/contract/index.ts";
import { type ChartRange, rangeOf, windowDefault } from "./range.ts";

const parsers = { window: parseAsString, from: parseAsString, to: parseAsString };

/** Of which time the page's charts are, all alike: it stands in the address. */
export function useRange(): {
  readonly range: ChartRange;
  readonly setWindow: (window: HistoryWindow) => void;
  readonly setSpan: (fromMs: number, toMs: number) => void;
} {
  const [{ window, from, to }, set] = useQueryStates(parsers);
  return useMemo(
    () => ({
      range: rangeOf(window, from, to),
      setWindow: (next) =>
        void set({ window: next === windowDefault ? null : next, from: null, to: null }, { history: "push" }),
      setSpan: (fromMs, toMs) =>
        void set(
          { window: null, from: String(Math.round(fromMs)), to: String(Math.round(toMs)) },
          { history: "push" },
        ),
    }),
    [window, from, to, set],
  );
}
