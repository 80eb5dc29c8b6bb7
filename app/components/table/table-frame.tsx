"use client";

import type { SortingState } from "@tanstack/react-table";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from "react";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";
import { cn } from "../classes.ts";
import { type Column, priorityClass, useColumnWords } from "./column.ts";
import { useRowHeightPx } from "./density.ts";
import { HeaderCell } from "./header-cell.tsx";
import type { Selection } from "./selection.ts";
import { toggled } from "./sort.ts";
import { RowPlace, TableRow } from "./table-row.tsx";
import type { Hand } from "./use-hand.ts";
import { useRowFocus } from "./use-row-focus.ts";

const overscanRows = 6;
/** Rows of a table that the server draws when it cannot know how high the screen is. */
const firstHeightPx = 720;

export interface FrameProps<Row extends { readonly key: string }> {
  label: string;
  columns: readonly Column<Row>[];
  count: number;
  /** undefined: that row is not here yet. */
  rowAt: (index: number) => Row | undefined;
  /** Beyond so many rows only those in sight are drawn. */
  wholeMax: number;
  sorting: SortingState;
  onSort: (sorting: SortingState) => void;
  /** By column id; stands under the rows. */
  totals?: Readonly<Record<string, ReactNode>> | undefined;
  /** Rows whose node is silent. */
  stale?: ((row: Row) => boolean) | undefined;
  hand: Hand;
  /** Places that would change, and the way to let them. */
  moved: number;
  resort: () => void;
  /** Another one: what is shown begins at its first row again. */
  reason: string;
  /** The first and the last row in sight. */
  onRange?: ((first: number, last: number) => void) | undefined;
  selection?: Selection | undefined;
  menu?: ((row: Row) => ReactNode) | undefined;
  /** Enter on a row. */
  open?: ((row: Row) => void) | undefined;
}

/** The table itself: its head, the rows in sight, its foot. Where rows are from, and their order, is its maker's affair. */
export function TableFrame<Row extends { readonly key: string }>(props: FrameProps<Row>) {
  const { label, columns, count, rowAt, sorting, onSort, hand, totals, selection, onRange } = props;
  const t = useWords("tables");
  const words = useColumnWords();
  const heightPx = useRowHeightPx();
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = count > props.wholeMax;
  const kept = useRef<number | null>(null);
  const virtualizer = useVirtualizer({
    count,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => heightPx,
    overscan: overscanRows,
    initialRect: { width: 0, height: firstHeightPx },
    scrollPaddingStart: heightPx,
    scrollPaddingEnd: totals === undefined ? 0 : heightPx,
    rangeExtractor: useCallback((range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const drawn = defaultRangeExtractor(range);
      const index = kept.current;
      if (index === null || index >= range.count || drawn.includes(index)) return drawn;
      return [...drawn, index].sort((one, other) => one - other);
    }, []),
  });
  const focus = useRowFocus<Row>({
    body,
    count,
    rowAt,
    show: (index) =>
      virtual
        ? virtualizer.scrollToIndex(index)
        : body.current?.querySelector(`tr[data-index="${index}"]`)?.scrollIntoView({ block: "nearest" }),
    open: props.open,
    choose: selection && ((row) => selection.toggle(row.key)),
  });
  kept.current = hand.held ? (focus.focused?.index ?? null) : null;
  const indexes = virtual
    ? virtualizer.getVirtualItems().map(({ index }) => index)
    : Array.from({ length: count }, (_, index) => index);

  const { startIndex, endIndex } = virtualizer.range ?? { startIndex: 0, endIndex: 0 };
  useEffect(() => {
    if (virtual) onRange?.(startIndex, endIndex);
    else onRange?.(0, count - 1);
  }, [virtual, onRange, startIndex, endIndex, count]);
  useEffect(() => {
    if (props.reason !== "") scroller.current?.scrollTo({ top: 0 });
  }, [props.reason]);
  useEffect(() => {
    if (heightPx > 0) virtualizer.measure();
  }, [virtualizer, heightPx]);

  const loaded = useMemo(
    () => (selection ? indexes.flatMap((index) => rowAt(index)?.key ?? []) : []),
    [selection, indexes, rowAt],
  );
  const rowOf = (index: number) =>
    rowAt(index) ?? (focus.focused?.index === index ? focus.focused.row : undefined);
  const width = columns.length + (props.menu ? 1 : 0);
  const tabbed = focus.focused?.index ?? indexes[0];

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here, it is only noticed
    <div
      className="relative rounded-card border border-line"
      data-table=""
      onPointerEnter={(event) => event.pointerType === "mouse" && hand.take()}
      onPointerLeave={hand.leave}
      onFocus={(event) => event.target !== scroller.current && hand.take()}
      onBlur={hand.leave}
    >
      {props.moved > 0 && hand.held && (
        <div className="absolute right-0 bottom-full z-20 pb-2">
          <Button size="small" onClick={props.resort} data-testid="re-sort">
            {t("resort", { count: props.moved })}
          </Button>
        </div>
      )}
      <section
        ref={scroller}
        aria-label={label}
        // Wider than a phone, higher than a screen: reachable and movable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
        tabIndex={0}
        className={cn("overflow-auto rounded-card", virtual && "max-h-[max(320px,calc(100dvh-232px))]")}
      >
        <table className="w-full border-separate border-spacing-0" aria-rowcount={count + 1}>
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column, at) => (
                <HeaderCell
                  key={column.id}
                  column={column}
                  words={words(column)}
                  first={at === 0}
                  sorting={sorting}
                  toggle={
                    column.value === undefined
                      ? null
                      : (multi) => onSort(toggled(sorting, column.id, column.numeric ?? false, multi))
                  }
                  before={
                    at === 0 &&
                    selection && (
                      <ChooseAll
                        keys={loaded}
                        selection={selection}
                        label={t("choose-all", { count: loaded.length })}
                      />
                    )
                  }
                />
              ))}
              {props.menu && (
                <th
                  scope="col"
                  className="sticky top-0 z-10 w-10 border-b border-line bg-surface max-md:hidden"
                >
                  <span className="sr-only">{t("actions")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody
            ref={body}
            onKeyDown={focus.onKeyDown}
            onFocus={(event) => {
              const index = (event.target as HTMLElement).closest<HTMLElement>("tr")?.dataset["index"];
              if (index !== undefined) focus.onFocus(Number(index));
            }}
          >
            {withGaps(indexes, count, heightPx, (index) => {
              const row = rowOf(index);
              return row === undefined ? (
                <RowPlace key={`place ${index}`} columns={width} index={index} heightPx={heightPx} />
              ) : (
                <TableRow
                  key={`row ${row.key}`}
                  row={row}
                  columns={columns}
                  index={index}
                  heightPx={heightPx}
                  stale={props.stale?.(row) ?? false}
                  inTabOrder={index === tabbed}
                  chosen={selection?.keys.has(row.key) ?? false}
                  choose={selection?.toggle ?? null}
                  menu={props.menu ?? null}
                />
              );
            })}
          </tbody>
          {totals !== undefined && (
            <tfoot>
              <tr>
                {columns.map((column, at) => (
                  <td
                    key={column.id}
                    className={cn(
                      "sticky bottom-0 z-10 h-9 border-t border-line bg-surface px-3 font-medium whitespace-nowrap",
                      at === 0 && "left-0",
                      column.numeric && "text-right",
                      priorityClass(column.priority),
                    )}
                  >
                    {totals[column.id]}
                  </td>
                ))}
                {props.menu && (
                  <td className="sticky bottom-0 z-10 border-t border-line bg-surface max-md:hidden" />
                )}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
    </div>
  );
}

/** Rows with the room of those between them that are not drawn. */
function withGaps(
  indexes: readonly number[],
  count: number,
  heightPx: number,
  draw: (index: number) => ReactNode,
): ReactNode[] {
  const drawn: ReactNode[] = [];
  let next = 0;
  const gap = (to: number) => {
    if (to > next) drawn.push(<tr key={`gap ${next}`} style={{ height: (to - next) * heightPx }} />);
  };
  for (const index of indexes) {
    gap(index);
    drawn.push(draw(index));
    next = index + 1;
  }
  gap(count);
  return drawn;
}

function ChooseAll({
  keys,
  selection,
  label,
}: {
  keys: readonly string[];
  selection: Selection;
  label: string;
}) {
  const some = keys.some((key) => selection.keys.has(key));
  const all = some && keys.every((key) => selection.keys.has(key));
  return (
    <label className="mr-px -ml-px flex size-7 shrink-0 items-center justify-center max-md:hidden">
      <input
        type="checkbox"
        aria-label={label}
        title={label}
        checked={all}
        ref={(box) => {
          if (box) box.indeterminate = some && !all;
        }}
        onChange={() => selection.toggleAll(keys)}
        className="size-4 accent-accent"
      />
    </label>
  );
}
