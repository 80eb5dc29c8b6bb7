/**
 * Tables that may have ten thousand rows. The server filters and sorts them; a page watches the part that it
 * shows and is sent those rows, how many there are, and the sums under the table.
 */
import type { Coverage } from "./figures.ts";
import type { TableName, TableRow } from "./tables.ts";

/** `channels:orders`, `clients:orders/billing`: names as they are, not encoded. */
export type WindowRoom = "topics" | `channels:${string}` | `clients:${string}/${string}`;

export type WindowTable<R extends WindowRoom> = R extends "topics"
  ? "topics"
  : R extends `channels:${string}`
    ? "channels"
    : "clients";

/** Rows of one window. */
export const windowRowsMax = 200;
export const windowRowsDefault = 60;
/** Characters of `q`. */
export const windowTextMax = 64;
/** Columns that are sorted by, one after the other. */
export const windowSortsMax = 3;
/** Rows change places at most this often while nobody holds them. */
export const windowResortMs = 5_000;

/** What is left out is as the table has it by itself: sorted by name, all rows, the first ones. */
export interface WindowRequest {
  /** Column ids of the table (`tables`), falling with a `-` before: `-depth,name`. Unknown ones are ignored. */
  readonly sort?: string | undefined;
  /** Rows with this text in their name, in any case. */
  readonly q?: string | undefined;
  /** Rows that are in all of these states of the table; unknown ones are ignored. */
  readonly state?: readonly string[] | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  /** Ids of the columns that are shown: figures of others are null, and have no sums. Left out: all of them. */
  readonly columns?: readonly string[] | undefined;
  /** Rows keep their places: somebody's hand is on them. */
  readonly hold?: boolean | undefined;
  /** Another number than before: sorted anew at once, even while held. */
  readonly order?: number | undefined;
}

export interface WindowView<Row extends { readonly key: string } = { readonly key: string }> {
  readonly coverage: Coverage;
  /** Rows there are, and those that the filter lets through. */
  readonly total: number;
  readonly matching: number;
  /** Rows in the list as it stands: with those that match no longer and are held all the same. */
  readonly count: number;
  /** Of the first key in the list. */
  readonly offset: number;
  /** The rows of the window in their order; `rows` is in none. */
  readonly keys: readonly string[];
  readonly rows: readonly Row[];
  /** Over all that match, by column id: sums, of ages the greatest. null: not known. */
  readonly sums: Readonly<Record<string, number | null>>;
  /** By state of the table: how many of those that `q` lets through are in it. */
  readonly facets: Readonly<Record<string, number>>;
  /** Places of this window that another row would have if it were sorted now. */
  readonly changed: number;
}

export type WindowViewOf<R extends WindowRoom> = WindowView<TableRow<WindowTable<R>>>;

export function isWindowRoom(room: string): room is WindowRoom {
  return room === "topics" || room.startsWith("channels:") || room.startsWith("clients:");
}

export function tableOf(room: WindowRoom): TableName {
  return room === "topics" ? "topics" : room.startsWith("channels:") ? "channels" : "clients";
}

/** As the query of an address of the API. */
export function windowQuery({ sort, q, state, offset, limit, columns }: WindowRequest): string {
  const query = new URLSearchParams();
  if (sort) query.set("sort", sort);
  if (q) query.set("q", q);
  if (state && state.length > 0) query.set("state", state.join(","));
  if (offset) query.set("offset", String(offset));
  if (limit !== undefined) query.set("limit", String(limit));
  if (columns !== undefined) query.set("columns", columns.join(","));
  return query.size === 0 ? "" : `?${query}`;
}
