/** Height of a table's row, in pixels. */
export function useRowHeightPx(): number {
  return 36;
}
