/**
 * Whose lease has run out, as one node sees it. Pure. Nobody is adopted for an old timestamp: the same lease must
 * have been read unrenewed for its whole time while the reader could itself write all that time (LE2).
 */
import type { LeaseRow } from "../../db/queries/leases.ts";

interface Seen {
  readonly row: LeaseRow;
  readonly sinceMs: number;
}

/** A node whose logs may be taken. */
export interface Ripe {
  readonly row: LeaseRow;
  /** How long it was seen unrenewed; 0: its node has released it. */
  readonly waitedMs: number;
}

export class Watch {
  readonly #nodeId: string;
  readonly #ttlMs: number;
  #seen = new Map<string, Seen>();

  /** @param ttlMs of the watching node: it waits for the longer of its own and the other's */
  constructor(nodeId: string, ttlMs: number) {
    this.#nodeId = nodeId;
    this.#ttlMs = ttlMs;
  }

  /** What was read together with a renewal that held. @param atMs when the answer was there */
  observe(rows: readonly LeaseRow[], atMs: number): void {
    const seen = new Map<string, Seen>();
    for (const row of rows) {
      if (row.nodeId === this.#nodeId) continue;
      const before = this.#seen.get(row.nodeId);
      const isSame = before?.row.renewals === row.renewals && before.row.term === row.term;
      seen.set(row.nodeId, { row, sinceMs: isSame ? before.sinceMs : atMs });
    }
    this.#seen = seen;
  }

  /** The watching node could not write for a while: what it has seen proves nothing. */
  restart(): void {
    this.#seen.clear();
  }

  /** Other nodes, with how long each was seen unrenewed. */
  *others(nowMs: number): Generator<{ readonly row: LeaseRow; readonly unrenewedMs: number }> {
    for (const { row, sinceMs } of this.#seen.values()) yield { row, unrenewedMs: nowMs - sinceMs };
  }

  /** Another node, as if it were ripe; null: it was not read. */
  one(nodeId: string, nowMs: number): Ripe | null {
    const seen = this.#seen.get(nodeId);
    return seen === undefined ? null : { row: seen.row, waitedMs: nowMs - seen.sinceMs };
  }

  ripe(nowMs: number): Ripe[] {
    return [...this.#seen.values()]
      .filter(({ row, sinceMs }) => row.holds && (row.released || nowMs >= sinceMs + this.#waitMs(row)))
      .map(({ row, sinceMs }) => ({ row, waitedMs: row.released ? 0 : nowMs - sinceMs }));
  }

  /** When something will be ripe next, if nothing is renewed; null: never. */
  ripeAtMs(): number | null {
    let soonest: number | null = null;
    for (const { row, sinceMs } of this.#seen.values()) {
      if (!row.holds) continue;
      soonest = Math.min(soonest ?? Number.POSITIVE_INFINITY, sinceMs + this.#waitMs(row));
    }
    return soonest;
  }

  /** It was tried: only another reading makes it ripe again. */
  forget(nodeId: string): void {
    this.#seen.delete(nodeId);
  }

  #waitMs(row: LeaseRow): number {
    return Math.max(this.#ttlMs, row.ttlMs);
  }
}
