import { usePreferences } from "../../preferences/provider.tsx";

/** Height of a table's row, in pixels. */
export const rowHeightsPx = { normal: 36, compact: 28 } as const;

export function useRowHeightPx(): number {
  return rowHeightsPx[usePreferences().preferences.density];
}
