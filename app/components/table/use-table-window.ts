"use client";

import { useCallback, useMemo, useState } from "react";
import {
  printSort,
  type Snapshot,
  type Sort,
  type WindowRequest,
  type WindowRoom,
  type WindowViewOf,
  windowRowsMax,
} from "../../../server/console/contract/index.ts";
import { useLine } from "../../live/use-now.ts";
import { useWindow } from "../../live/use-window.ts";
import { type Hand, useHand } from "./use-hand.ts";

/** Rows asked for beyond those in sight, and the step by which the window moves: not with every row that is scrolled. */
const marginRows = 10;
const firstRows = 40;

export interface TableWindow<R extends WindowRoom> {
  readonly data: WindowViewOf<R> | null;
  readonly atMs: number;
  readonly hand: Hand;
  /** What the order depends on besides the figures. */
  readonly reason: string;
  readonly resort: () => void;
  readonly onRange: (first: number, last: number) => void;
}

/** A long table as it is shown: the part of it in sight, in the order that the server keeps for it. */
export function useTableWindow<R extends WindowRoom>(
  rendered: Snapshot<R>,
  { q, state }: Pick<WindowRequest, "q" | "state">,
  sorting: readonly Sort[],
  columns: readonly { readonly id: string }[],
): TableWindow<R> {
  const hand = useHand();
  const paused = useLine().pausedAtMs !== null;
  const sort = printSort(sorting);
  const reason = JSON.stringify([sort, q, state]);
  const [range, setRange] = useState({ offset: 0, limit: firstRows, reason });
  const [order, setOrder] = useState(0);
  const { offset, limit } = range.reason === reason ? range : { offset: 0, limit: range.limit };
  const hold = hand.held || paused;
  const ids = columns.map(({ id }) => id).join();
  const request = useMemo(
    (): WindowRequest => ({
      sort,
      offset,
      limit,
      columns: ids.split(","),
      ...(q && { q }),
      ...(state && state.length > 0 && { state }),
      ...(hold && { hold }),
      ...(order > 0 && { order }),
    }),
    [sort, offset, limit, ids, q, state, hold, order],
  );
  const { data, atMs } = useWindow(rendered, request);
  const onRange = useCallback(
    (first: number, last: number) => {
      const from = Math.max(0, Math.floor((first - marginRows) / marginRows) * marginRows);
      const to = Math.ceil((last + 1 + marginRows) / marginRows) * marginRows;
      const size = Math.min(windowRowsMax, to - from);
      setRange((before) =>
        before.offset === from && before.limit === size && before.reason === reason
          ? before
          : { offset: from, limit: size, reason },
      );
    },
    [reason],
  );
  return {
    data: data as WindowViewOf<R> | null,
    atMs,
    hand,
    reason,
    resort: useCallback(() => setOrder((before) => before + 1), []),
    onRange,
  };
}
