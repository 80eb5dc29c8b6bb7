import type { Column } from "./column.ts";

/** The columns shown. Unknown ids are ignored; without any known one it is as if nothing had been chosen. */
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
