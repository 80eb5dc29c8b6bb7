/**
 * A long table filtered and sorted in one way, for all windows that show it so. Made anew as often as its cost
 * allows: rows in the windows are always as fresh as the collector's, their order and the sums may be older.
 */
import { parseSort, type Sort, type Table, type WindowRequest, windowSortsMax } from "../contract/index.ts";
import { naturalKey } from "./natural.ts";
import type { KeyedRow, RowSource } from "./row-source.ts";

export type ListingRequest = Pick<WindowRequest, "sort" | "q" | "state">;

export class Listing {
  /** Of the rows that match, in their order. Never changed in place: windows hold it. */
  keys: readonly string[] = [];
  total = 0;
  sums: Readonly<Record<string, number | null>> = {};
  facets: Readonly<Record<string, number>> = {};
  /** Goes up when rows come or go. */
  membership = 0;
  #present: readonly string[] = [];
  readonly #request: ListingRequest;

  constructor(request: ListingRequest) {
    this.#request = request;
  }

  make({ table, rows }: RowSource): void {
    const wanted = (this.#request.q ?? "").trim().toLowerCase();
    const states = Object.entries(table.states) as [string, (row: KeyedRow) => boolean][];
    const asked = states.filter(([name]) => this.#request.state?.includes(name)).map(([, holds]) => holds);
    const text = table.text as (row: KeyedRow) => string;
    const counts = states.map(() => 0);
    const present: string[] = [];
    const matching: KeyedRow[] = [];
    let same = true;
    for (const row of rows()) {
      if (this.#present[present.length] !== row.key) same = false;
      present.push(row.key);
      if (wanted !== "" && !text(row).toLowerCase().includes(wanted)) continue;
      for (const [at, [, holds]] of states.entries()) if (holds(row)) counts[at]!++;
      if (asked.every((holds) => holds(row))) matching.push(row);
    }
    if (!same || present.length !== this.#present.length) this.membership += 1;
    this.#present = present;
    this.total = present.length;
    this.facets = Object.fromEntries(states.map(([name], at) => [name, counts[at]!]));
    this.sums = sumsOf(table, matching);
    const sorted = sortRows(table, matching, parseSort(this.#request.sort ?? "name"));
    this.keys = sorted.map((row) => row.key);
  }
}

function sumsOf(table: Table<never>, matching: readonly KeyedRow[]): Record<string, number | null> {
  const heard = matching.filter((table.heard ?? (() => true)) as (row: KeyedRow) => boolean);
  const rows = heard.length > 0 ? heard : matching;
  const sums: Record<string, number | null> = {};
  for (const [id, column] of Object.entries(table.columns)) {
    if (column.foot === undefined) continue;
    const value = column.value as (row: KeyedRow) => number | null;
    let sum: number | null = null;
    for (const row of rows) {
      const one = value(row);
      if (one !== null) sum = sum === null ? one : column.foot === "sum" ? sum + one : Math.max(sum, one);
    }
    // Rates have hundredths, and their sum no more.
    sums[id] = sum === null ? null : Math.round(sum * 100) / 100;
  }
  return sums;
}

interface Ranked {
  readonly row: KeyedRow;
  readonly values: readonly (string | number | null)[];
}

/** By the columns there are among `sorts`, then by name, so that equals stay where they are. */
export function sortRows(table: Table<never>, rows: readonly KeyedRow[], sorts: readonly Sort[]): KeyedRow[] {
  const known = sorts.filter(({ id }) => Object.hasOwn(table.columns, id)).slice(0, windowSortsMax);
  const value = (row: KeyedRow, { id }: Sort) => {
    const found = (table.columns[id]!.value as (row: KeyedRow) => string | number | null)(row);
    return typeof found === "string" ? naturalKey(found) : found;
  };
  const ranked = rows.map((row): Ranked => ({ row, values: known.map((sort) => value(row, sort)) }));
  ranked.sort((one, other) => {
    for (let at = 0; at < known.length; at++) {
      const order = compare(one.values[at]!, other.values[at]!, known[at]!.desc);
      if (order !== 0) return order;
    }
    const [left, right] = [naturalKey(one.row.key), naturalKey(other.row.key)];
    return left < right ? -1 : left > right ? 1 : one.row.key < other.row.key ? -1 : 1;
  });
  return ranked.map(({ row }) => row);
}

function compare(one: string | number | null, other: string | number | null, desc: boolean): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other === desc ? 1 : -1;
}
