import type { TailBatch, TailRow } from "../../server/console/contract/index.ts";

/** Rows kept; older ones make room. */
export const tailRowsMax = 2_000;

export interface TailBuffer {
  /** Newest first. */
  readonly rows: readonly TailRow[];
  /** Messages published since it began, shown or not. */
  readonly seen: number;
  readonly received: number;
  readonly lastAtMs: number | null;
  readonly nodes: number;
  readonly missing: readonly string[];
}

export const emptyTail: TailBuffer = {
  rows: [],
  seen: 0,
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
    seen: buffer.seen + Math.max(batch.seen, fresh.length),
    received: buffer.received + fresh.length,
    lastAtMs: fresh[0]?.atMs ?? buffer.lastAtMs,
    nodes: batch.nodes,
    missing: batch.missing,
  };
}

/** Rows with the text in their body or id; a base64 body is searched as it is written. */
export function filterTail(rows: readonly TailRow[], text: string): readonly TailRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter((row) => row.id.includes(wanted) || row.body.toLowerCase().includes(wanted));
}
