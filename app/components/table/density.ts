"use client";

import { usePreferences } from "../../preferences/provider.tsx";

/** Height of a table's row, in pixels: as `--row` has it. */
export function useRowHeightPx(): number {
  return usePreferences().preferences.density === "compact" ? 28 : 36;
}
