import type { OutcomeRow, TailBatch, TailRow } from "../../client/browser/index.ts";

/** Rows kept; older ones make room. */
export const tailRowsMax = 2_000;

export interface TailBuffer {
  /** Newest first; of copies or of outcomes. */
  readonly rows: readonly TailRow[];
  readonly outcomes: readonly OutcomeRow[];
  /** Messages published since it began (of outcomes: to which something wanted happened), shown or not. */
  readonly seen: number;
  /** As the newest batch had it; null: there was none. */
  readonly seenTotal: number | null;
  /** With a filter: how many match of those that were looked at. */
  readonly matched: number | null;
  /** No node had time to look at these. */
  readonly unlooked: number;
  readonly received: number;
  /** Messages that the rows tell of. */
  readonly told: number;
  readonly lastAtMs: number | null;
  readonly nodes: number;
  readonly missing: readonly string[];
}

export const emptyTail: TailBuffer = {
  ...{ rows: [], outcomes: [], seen: 0, seenTotal: null, matched: null, unlooked: 0 },
  ...{ received: 0, told: 0, lastAtMs: null, nodes: 0, missing: [] },
};

/** The buffer with a batch on top of it. */
export function foldTail(buffer: TailBuffer, batch: TailBatch): TailBuffer {
  const isNew = buffer.seenTotal !== null && batch.seenTotal < buffer.seenTotal;
  const told = batch.rows.length + batch.outcomes.reduce((sum, { count }) => sum + count, 0);
  return {
    rows: onTop(buffer.rows, batch.rows),
    outcomes: onTop(buffer.outcomes, batch.outcomes),
    seen: buffer.seen + seenSince(buffer.seenTotal, batch, told),
    seenTotal: batch.seenTotal,
    // Counted by the tap itself: one that was opened anew begins again.
    matched:
      batch.matchedTotal === null ? null : Math.max(batch.matchedTotal, isNew ? (buffer.matched ?? 0) : 0),
    unlooked: Math.max(batch.unlookedTotal, isNew ? buffer.unlooked : 0),
    received: buffer.received + batch.rows.length + batch.outcomes.length,
    told: buffer.told + told,
    lastAtMs: batch.rows.at(-1)?.atMs ?? batch.outcomes.at(-1)?.atMs ?? buffer.lastAtMs,
    nodes: batch.nodes,
    missing: batch.missing,
  };
}

function onTop<Row>(rows: readonly Row[], fresh: readonly Row[]): readonly Row[] {
  return fresh.length === 0 ? rows : [...fresh.toReversed(), ...rows].slice(0, tailRowsMax);
}

/** Batches may be dropped on their way, so totals are compared; a tap that was opened anew counts from zero again. */
function seenSince(totalBefore: number | null, batch: TailBatch, told: number): number {
  if (totalBefore === null || batch.seenTotal < totalBefore) return Math.max(batch.seen, told);
  return batch.seenTotal - totalBefore;
}

/** "1 of 20": of so many, one is shown; null: all are. */
export function sampling(shown: number, all: number): number | null {
  return shown === 0 || shown >= all ? null : Math.max(2, Math.round(all / shown));
}
