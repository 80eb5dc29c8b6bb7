import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { usePreferences } from "../../preferences/provider.tsx";

/** A page of rows, for PgUp and PgDn. */
const pageRows = 10;

interface Focused<Row> {
  readonly index: number;
  readonly row: Row;
}

/**
 * One row of the table takes focus; arrows (and `j`, `k`) move it, Enter opens the row, Space and `x` choose it,
 * `.` opens its menu. The row stays drawn while it has focus, wherever the table is scrolled to.
 */
export function useRowFocus<Row extends { readonly key: string }>({
  body,
  count,
  rowAt,
  show,
  open,
  choose,
}: {
  body: RefObject<HTMLTableSectionElement | null>;
  count: number;
  rowAt: (index: number) => Row | undefined;
  /** Brings a row into sight. */
  show: (index: number) => void;
  open: ((row: Row) => void) | undefined;
  choose: ((row: Row) => void) | undefined;
}) {
  const [focused, setFocused] = useState<Focused<Row> | null>(null);
  const wanted = useRef<number | null>(null);
  const letters = usePreferences().preferences.keys === "on";

  // Where it goes to may not be drawn yet, or not even be here.
  useEffect(() => {
    const index = wanted.current;
    if (index === null) return;
    const row = rowAt(index);
    const element = body.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`);
    if (row === undefined || !element) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
    setFocused({ index, row });
  });

  const move = (to: number) => {
    const index = Math.max(0, Math.min(count - 1, to));
    wanted.current = index;
    show(index);
    setFocused((before) => (before === null ? before : { ...before }));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const element = (event.target as HTMLElement).closest<HTMLElement>("tr[data-index]");
    if (element === null || (event.target as HTMLElement).closest("[role=menu], input[type=text]")) return;
    if (!letters && event.key.length === 1 && event.key !== " ") return;
    const index = Number(element.dataset["index"]);
    const row = rowAt(index);
    const own = event.target === element;
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1 },
      ...{ PageDown: index + pageRows, PageUp: index - pageRows, Home: 0, End: count - 1 },
    };
    const to = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (to !== undefined) move(to);
    else if (event.key === "Enter" && own && row && open) open(row);
    else if ((event.key === "x" || (event.key === " " && own)) && row && choose) choose(row);
    else if (event.key === ".") element.querySelector<HTMLElement>("[data-row-menu]")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onFocus = (index: number) => {
    const row = rowAt(index);
    if (row && (focused?.index !== index || focused.row !== row)) setFocused({ index, row });
  };
  return { focused, onKeyDown, onFocus, forget: () => setFocused(null) };
}
