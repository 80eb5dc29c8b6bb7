/**
 * The part of a long table that one page shows: a snapshot first, then deltas of those rows alone. The order is
 * kept for five seconds, and for as long as somebody holds it; rows that go leave it, rows that come stand last.
 */
import {
  type Actor,
  type PaceMs,
  type Snapshot,
  tableOf,
  type WindowRequest,
  type WindowRoom,
  type WindowView,
  windowResortMs,
  windowRowsDefault,
} from "../contract/index.ts";
import { diffViews } from "./diff.ts";
import { type Eye, eyeOf } from "./eye.ts";
import type { FeedMessage } from "./feed.ts";
import type { Listing } from "./listing.ts";
import type { Listings } from "./listings.ts";
import { type Narrowing, narrowing } from "./narrow.ts";
import { type KeyedRow, type RowSource, rowSource } from "./row-source.ts";
import type { WindowTarget } from "./targets.ts";
import type { ViewSource } from "./views.ts";

export interface WindowPlace {
  readonly room: WindowRoom;
  readonly target: WindowTarget;
  readonly eye: Eye;
}

/** A room as one person sees it. */
export function placeOf(room: WindowRoom, target: WindowTarget, actor: Actor): WindowPlace {
  return { room, target, eye: eyeOf(actor) };
}

export class Window {
  readonly place: WindowPlace;
  paceMs: PaceMs;
  readonly #source: ViewSource;
  readonly #listings: Listings;
  #request: WindowRequest;
  #narrowing: Narrowing;
  #view: WindowView | null = null;
  #order: readonly string[] = [];
  #orderAtMs = Number.NEGATIVE_INFINITY;
  #membership = -1;
  #rev = 0;
  #atMs = 0;
  #dueAtMs = 0;

  constructor(
    source: ViewSource,
    listings: Listings,
    place: WindowPlace,
    request: WindowRequest,
    paceMs: PaceMs,
  ) {
    this.#source = source;
    this.#listings = listings;
    this.place = place;
    this.#request = request;
    this.#narrowing = narrowing(tableOf(place.room), request.columns);
    this.paceMs = paceMs;
  }

  /** All of it, for one who has just come, or has missed something. The next delta follows it. */
  snapshot(): FeedMessage {
    this.#view = this.#look();
    return { event: "snapshot", payload: this.#snapshot() };
  }

  /** Another part, another order, or the same again: then it is sent whole. */
  ask(request: WindowRequest): FeedMessage {
    const same = JSON.stringify(request) === JSON.stringify(this.#request);
    const { sort, q, state, order } = this.#request;
    this.#request = request;
    this.#narrowing = narrowing(tableOf(this.place.room), request.columns);
    const sorted = [request.sort, request.q, request.order, request.state?.join()];
    if (sorted.some((value, at) => value !== [sort, q, order, state?.join()][at]))
      this.#orderAtMs = Number.NEGATIVE_INFINITY;
    return same ? this.snapshot() : this.#next();
  }

  /** The collector has ticked. null: at this pace it is not time yet. */
  tick(): FeedMessage | null {
    const nowMs = this.#source.collector.clock.nowMs();
    if (this.paceMs > 1_000 && nowMs < this.#dueAtMs - 500) return null;
    this.#dueAtMs = nowMs + this.paceMs;
    return this.#next();
  }

  #next(): FeedMessage {
    const before = this.#view;
    const view = this.#look();
    this.#view = view;
    if (before === null || view === null) return { event: "snapshot", payload: this.#snapshot() };
    const { set, tables } = diffViews(before, view);
    const payload = { room: this.place.room, rev: this.#rev, atMs: this.#atMs, set, tables, points: [] };
    return { event: "delta", payload };
  }

  #snapshot(): Snapshot {
    return { room: this.place.room, rev: this.#rev, atMs: this.#atMs, data: this.#view } as Snapshot;
  }

  #look(): WindowView | null {
    const { clock } = this.#source.collector;
    const nowMs = clock.nowMs();
    this.#rev += 1;
    this.#atMs = clock.wallMs();
    const { room, target, eye } = this.place;
    const rows = rowSource(this.#source, target, eye);
    if (rows === null) return null;
    const asked = this.#orderAtMs === Number.NEGATIVE_INFINITY;
    const listing = this.#listings.get(
      `${room} ${eye.key}`,
      this.#request,
      rows,
      asked ? 0 : this.paceMs - 500,
    );
    if (asked || (!this.#request.hold && nowMs - this.#orderAtMs >= windowResortMs)) {
      this.#order = listing.keys;
      this.#orderAtMs = nowMs;
    } else if (listing.membership !== this.#membership) this.#order = follow(this.#order, listing, rows);
    this.#membership = listing.membership;
    return viewOf(this.#source, this.#request, this.#order, listing, rows, this.#narrowing);
  }
}

/** A window that nobody follows: as it is now. */
export function lookOnce(
  source: ViewSource,
  listings: Listings,
  place: WindowPlace,
  request: WindowRequest,
): WindowView | null {
  const rows = rowSource(source, place.target, place.eye);
  if (rows === null) return null;
  const listing = listings.get(`${place.room} ${place.eye.key}`, request, rows, 0);
  return viewOf(
    source,
    request,
    listing.keys,
    listing,
    rows,
    narrowing(tableOf(place.room), request.columns),
  );
}

/** Who went is out, who came is last. */
function follow(order: readonly string[], listing: Listing, rows: RowSource): readonly string[] {
  const kept = order.filter((key) => rows.get(key) !== undefined);
  const known = new Set(kept);
  return [...kept, ...listing.keys.filter((key) => !known.has(key))];
}

function viewOf(
  { collector }: ViewSource,
  { offset = 0, limit = windowRowsDefault }: WindowRequest,
  order: readonly string[],
  listing: Listing,
  source: RowSource,
  narrowed: Narrowing,
): WindowView {
  const rows: KeyedRow[] = [];
  for (const key of order.slice(offset, offset + limit)) {
    const row = source.get(key);
    if (row !== undefined) rows.push(narrowed.row(row));
  }
  let changed = 0;
  for (let at = offset; at < Math.min(offset + limit, order.length); at++)
    if (listing.keys[at] !== order[at]) changed++;
  return {
    coverage: collector.coverage(),
    total: listing.total,
    matching: listing.keys.length,
    count: order.length,
    offset,
    keys: rows.map((row) => row.key),
    rows,
    sums: narrowed.sums(listing.sums),
    facets: listing.facets,
    changed,
  };
}
