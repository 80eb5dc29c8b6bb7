/**
 * The audit, searched: events by topic, channel, kind, client, attempts and time, newest first.
 *
 * The audit is rows of many events each. A step looks at a bounded number of rows, newest first; Postgres says
 * of each by its directory whether it may hold what is wanted, and only of those the bytes of the sections that are
 * wanted are read. So a search costs what it looks through, no statement looks through everything, and when the time is
 * up what was found so far is an answer, with the place to go on from.
 */
import { DeadlineError, type Sql } from "../statement.ts";
import type { EventFilter } from "./audit-filter.ts";
import { type FoundEvent, Newest, type Position } from "./audit-order.ts";
import { type RowKey, scan } from "./audit-scan.ts";
import { readHits } from "./audit-sections.ts";

export interface EventsFound {
  /** Newest first. */
  readonly events: readonly FoundEvent[];
  /** Where to go on; null: there is no more. */
  readonly next: Position | null;
  /** end: of the time range. limit: so many were wanted. time: it was up. */
  readonly stopped: "end" | "limit" | "time";
  /** Everything down to this instant has been looked through. */
  readonly backToMs: number;
  /** Events in the rows looked at, matching or not. */
  readonly looked: number;
  readonly rows: number;
  /** Events that were not kept, in the rows looked at. */
  readonly lost: number;
}

const rowsFirst = 32;
const rowsMost = 4_096;
/** REQ, timeouts and drops, as the index `audit_batches_seldom` has them. */
const seldomKinds: readonly number[] = [4, 5, 7];
const windowMsFirst = 10 * 60_000;
/** A step that took longer is followed by a smaller one. */
const stepMsWanted = 250;
/** A row is what happened in about a second; only a clock that was set back makes it longer. */
const rowSpanMsMax = 10 * 60_000;

/** `limit` events at most. Throws `DeadlineError` when the time is up before anything was looked through. */
export async function searchAudit(
  sql: Sql,
  filter: EventFilter,
  options: { readonly limit: number; readonly position: Position | null; readonly deadlineMs: number },
): Promise<EventsFound> {
  const { limit, position } = options;
  const endsMs = performance.now() + options.deadlineMs;
  const newest = new Newest(limit);
  const seen = { rows: 0, looked: 0, lost: 0, ends: [] as { fromMs: number; toMs: number }[] };
  let startMs = position?.startMs ?? filter.toMs + rowSpanMsMax;
  let after: RowKey | null = null;
  let rowsWanted = rowsFirst;
  let backToMs: number | null = null;
  /** What seldom happens has an index of its own, of days that have it: steps are bounded by time, not by rows alone. */
  const isSeldom = filter.kinds.length > 0 && filter.kinds.every((kind) => seldomKinds.includes(kind));
  let windowMs = isSeldom ? windowMsFirst : Number.POSITIVE_INFINITY;
  const page = (stopped: EventsFound["stopped"], events: readonly FoundEvent[], next: Position | null) => ({
    ...{ events, next, stopped, looked: seen.looked, rows: seen.rows, lost: seen.lost },
    backToMs: stopped === "end" ? filter.fromMs : stopped === "limit" ? events.at(-1)!.atMs : backToMs!,
  });
  /** Where rows begin that may still hold what happened at `atMs` or before. */
  const startOf = (atMs: number) =>
    seen.ends.reduce((most, row) => (row.fromMs <= atMs ? Math.max(most, row.toMs) : most), atMs);

  for (;;) {
    const begunMs = performance.now();
    let ended: boolean;
    try {
      const lowMs = Math.max(filter.fromMs, startMs - windowMs);
      const step = await scan(sql, filter, {
        ...{ lowMs, startMs, after, isSeldom, rows: rowsWanted, withinMs: endsMs - begunMs },
      });
      for (const hit of step.hits) {
        seen.ends.push({ fromMs: hit.fromAt.getTime(), toMs: hit.toAt.getTime() });
        for (const [, events] of hit.directory!.gaps) seen.lost += events;
      }
      await readHits(sql, filter, step.hits, position, newest, endsMs);
      seen.rows += step.rows;
      seen.looked += step.looked;
      ended = step.ended && lowMs <= filter.fromMs;
      if (step.ended) {
        after = null;
        startMs = lowMs - 1;
      } else {
        after = step.last!;
        startMs = after.toAt.getTime();
      }
      backToMs = startMs;
    } catch (error) {
      if (!(error instanceof DeadlineError) || backToMs === null) throw error;
      return cutByTime();
    }
    if (newest.isFull && (ended || backToMs < newest.floorMs)) {
      const events = newest.sorted();
      const last = events.at(-1)!;
      return page("limit", events, { startMs: startOf(last.atMs), after: last });
    }
    if (ended) return page("end", newest.sorted(), null);
    const nowMs = performance.now();
    if (nowMs >= endsMs) return cutByTime();
    const isFast = nowMs - begunMs < stepMsWanted;
    rowsWanted = Math.max(rowsFirst, Math.min(rowsMost, isFast ? rowsWanted * 2 : rowsWanted >> 1));
    windowMs = Math.max(windowMsFirst, isFast ? windowMs * 4 : windowMs / 2);
  }

  /** What happened after the last row's end is complete; what is older may lack something yet. */
  function cutByTime(): EventsFound {
    const events = newest.sorted().filter((event) => event.atMs > backToMs!);
    const next = { startMs: startOf(backToMs!), beforeMs: backToMs! + 1 };
    return page("time", events, next);
  }
}
