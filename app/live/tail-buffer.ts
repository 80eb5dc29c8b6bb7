import type { TailBatch, TailRow } from "../../server/console/contract/index.ts";

/** Rows kept; older ones make room. */
export const tailRowsMax = 2_000;

export interface TailBuffer {
  /** Newest first. */
  readonly rows: readonly TailRow[];
  /** Messages published since it began, shown or not. */
  readonly seen: number;
  /** As the newest batch had it; null: there was none. */
  readonly seenTotal: number | null;
  readonly received: number;
  readonly lastAtMs: number | null;
  readonly nodes: number;
  readonly missing: readonly string[];
}

export const emptyTail: TailBuffer = {
  rows: [],
  seen: 0,
  seenTotal: null,
  received: 0,
  lastAtMs: null,
  nodes: 0,
  missing: [],
};

/** The buffer with a batch on top of it. */
export function foldTail(buffer: TailBuffer, batch: TailBatch): TailBuffer {
  const fresh = [...batch.rows].reverse();
  return {
    rows: fresh.length === 0 ? buffer.rows : [...fresh, ...buffer.rows].slice(0, tailRowsMax),
    seen: buffer.seen + seenSince(buffer.seenTotal, batch),
    seenTotal: batch.seenTotal,
    received: buffer.received + fresh.length,
    lastAtMs: fresh[0]?.atMs ?? buffer.lastAtMs,
    nodes: batch.nodes,
    missing: batch.missing,
  };
}

/** Batches may be dropped on their way, so totals are compared; a tap that was opened anew counts from zero again. */
function seenSince(totalBefore: number | null, batch: TailBatch): number {
  if (totalBefore === null || batch.seenTotal < totalBefore) return Math.max(batch.seen, batch.rows.length);
  return batch.seenTotal - totalBefore;
}

/** Rows with the text in their body or id; a base64 body is searched as it is written. */
export function filterTail(rows: readonly TailRow[], text: string): readonly TailRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter((row) => row.id.includes(wanted) || row.body.toLowerCase().includes(wanted));
}
