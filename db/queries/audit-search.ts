/**
 * The audit, searched: events by topic, channel, kind, client, attempts and time, newest first.
 *
 * The audit is rows of many events each. A step looks at a bounded number of rows, newest first; Postgres says
 * of each by its directory whether it may hold what is wanted, and only of those the bytes of the sections that are
 * wanted are read. So a search costs what it looks through, no statement looks through everything, and when the time is
 * up what was found so far is an answer, with the place to go on from.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditDirectory, decodeSection, type SectionEntry } from "../audit-format.ts";
import { DeadlineError, type Row, type Sql, withDeadline } from "../statement.ts";
import type { AuditClient } from "./audit.ts";
import { comesAfter, type FoundEvent, Newest, type Position } from "./audit-order.ts";

export interface EventFilter {
  /** null: any. */
  readonly topic: string | null;
  /** null: any, and the topic itself. */
  readonly channel: string | null;
  /** Numbers of kinds; empty: all. */
  readonly kinds: readonly number[];
  /** How the id, the host name or the address of the client begins; "": anybody or nobody. */
  readonly client: string;
  readonly attemptsMin: number;
  readonly attemptsMax: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the reader may know of this place. */
  readonly sees: (topic: string, channel: string) => boolean;
}

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
/** Directories of one step, as they are stored. */
const directoryBytesMax = 2 * 1024 * 1024;
/** Sections read at a time. */
const sliceBytesMax = 4 * 1024 * 1024;
/** Sections so near to each other are read as one. */
const sliceGapMax = 4_096;
const runsPerTurn = 16_384;

interface ScannedRow extends Row {
  readonly n: number;
  readonly day: string;
  readonly nodeId: string;
  readonly batch: number;
  readonly fromAt: Date;
  readonly toAt: Date;
  /** Of all rows up to this one. */
  readonly looked: number;
  /** null: nothing wanted is in it; it is only the last one looked at. */
  readonly directory: AuditDirectory | null;
}

interface RowKey {
  readonly toAt: Date;
  readonly nodeId: string;
  readonly batch: number;
}

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

/** A row is what happened in about a second; only a clock that was set back makes it longer. */
const rowSpanMsMax = 10 * 60_000;

interface Step {
  readonly hits: readonly ScannedRow[];
  readonly last: RowKey | null;
  readonly rows: number;
  readonly looked: number;
  /** There are no more rows down to the step's low end. */
  readonly ended: boolean;
}

/** Looks at the directories of some rows: at most `rows`, fewer when those that may hold something are large. */
async function scan(
  sql: Sql,
  filter: EventFilter,
  step: {
    lowMs: number;
    startMs: number;
    after: RowKey | null;
    isSeldom: boolean;
    rows: number;
    withinMs: number;
  },
): Promise<Step> {
  const { after } = step;
  const low = new Date(step.lowMs);
  const start = new Date(step.startMs);
  // A row is kept under the day on which it begins.
  const firstDay = new Date(step.lowMs - dayMs).toISOString().slice(0, 10);
  const keyset = after
    ? sql`and (to_at, node_id, batch) < (${after.toAt}, ${after.nodeId}::uuid, ${after.batch})`
    : sql``;
  // As the index has it, word for word: else it is not used.
  const seldom = step.isSeldom
    ? sql`and (jsonb_path_exists(directory, '$.sections[*][2] ? (@ == 4 || @ == 5 || @ == 7)')
        or directory->'gaps' <> '[]'::jsonb)`
    : sql``;
  const rows = await withDeadline(
    sql<(ScannedRow & { total: number })[]>`
      with scanned as materialized (
        select *, row_number() over w as n, sum(events) over w as looked
        from (
          select day, node_id, batch, from_at, to_at, events, directory from audit_batches
          where day >= ${firstDay}::text::date and to_at >= ${low} and to_at <= ${start} ${keyset} ${seldom}
          order by to_at desc, node_id desc, batch desc limit ${step.rows}
        ) newest
        window w as (order by to_at desc, node_id desc, batch desc rows unbounded preceding)
      ),
      judged as materialized (
        select *, from_at <= ${new Date(filter.toMs)}
          and ((true ${mayHold(sql, filter)}) or directory->'gaps' <> '[]'::jsonb) as hit
        from scanned
      ),
      sized as (
        select *, max(n) over () as total, coalesce(sum(case when hit then pg_column_size(directory) end)
          over (order by n rows between unbounded preceding and 1 preceding), 0) as before
        from judged
      )
      select n, total, day::text, node_id as "nodeId", batch, from_at as "fromAt", to_at as "toAt",
        looked, case when hit then directory end as directory
      from sized where before < ${directoryBytesMax} and (hit or n = total) order by n`,
    Math.max(1, step.withinMs),
  );
  const last = rows.at(-1) ?? null;
  return {
    hits: rows.filter((row) => row.directory !== null),
    last,
    rows: last?.n ?? 0,
    looked: Number(last?.looked ?? 0),
    ended: last === null || (last.n === last.total && last.total < step.rows),
  };
}

const dayMs = 86_400_000;

/** What can be said of a row by its directory alone. */
function mayHold(sql: Sql, { topic, channel, kinds, client }: EventFilter) {
  const place = [topic, channel].filter((name) => name !== null);
  const json = (value: object) => JSON.stringify(value);
  return sql`
    ${place.length > 0 ? sql`and directory @> ${json({ places: [place] })}::text::jsonb` : sql``}
    ${kinds.length > 0 ? sql`and jsonb_path_exists(directory, '$.sections[*][2] ? (@ == $k[*])', ${json({ k: kinds })}::text::jsonb)` : sql``}
    ${client !== "" ? sql`and jsonb_path_exists(directory, '$.clients[*][1 to 3] ? (@ starts with $c)', ${json({ c: client })}::text::jsonb)` : sql``}`;
}

interface WantedSection {
  readonly row: ScannedRow;
  /** Of the row, by number. */
  readonly clients: ReadonlyMap<number, AuditClient>;
  /** Numbers of those that are wanted. */
  readonly matching: ReadonlySet<number>;
  readonly index: number;
  readonly entry: SectionEntry;
}

/** Reads what is wanted of the rows, newest first, and stops where nothing newer can come. */
async function readHits(
  sql: Sql,
  filter: EventFilter,
  hits: readonly ScannedRow[],
  position: Position | null,
  newest: Newest,
  endsMs: number,
): Promise<void> {
  // Few rows at first: the newest alone may hold as many as are wanted.
  for (let at = 0, many = 1; at < hits.length; many *= 2) {
    if (newest.isFull && newest.floorMs > hits[at]!.toAt.getTime()) return;
    const wanted: WantedSection[] = [];
    let bytes = 0;
    for (const end = Math.min(hits.length, at + many); at < end && bytes < sliceBytesMax; at++) {
      for (const section of wantedOf(hits[at]!, filter)) {
        wanted.push(section);
        bytes += section.entry[8];
      }
    }
    if (wanted.length === 0) continue;
    const bodies = await readSlices(sql, wanted, Math.max(1, endsMs - performance.now()));
    for (const [i, section] of wanted.entries()) {
      await decodeInto(newest, section, bodies[i]!, filter, position);
      if (performance.now() > endsMs) throw new DeadlineError("the time for reading is up");
    }
  }
}

function wantedOf(row: ScannedRow, { topic, channel, kinds, client, sees }: EventFilter): WantedSection[] {
  const { places, sections } = row.directory!;
  const clients = new Map<number, AuditClient>();
  const matching = new Set<number>();
  for (const [number, clientId, hostname, address] of row.directory!.clients) {
    clients.set(number, { number, clientId, hostname, address });
    if ([clientId, hostname, address].some((text) => text.startsWith(client))) matching.add(number);
  }
  const good = places.map(
    ([topicName, channelName]) =>
      (topic === null || topicName === topic) &&
      (channel === null || channelName === channel) &&
      sees(topicName, channelName),
  );
  const wanted: WantedSection[] = [];
  for (const [index, entry] of sections.entries()) {
    if (good[entry[1]] && (kinds.length === 0 || kinds.includes(entry[2])))
      wanted.push({ row, clients, matching, index, entry });
  }
  return wanted;
}

/** The bytes of each section, in as few pieces as is sensible. */
async function readSlices(
  sql: Sql,
  wanted: readonly WantedSection[],
  withinMs: number,
): Promise<readonly Uint8Array[]> {
  const pieces: { row: ScannedRow; from: number; to: number }[] = [];
  const pieceOf: number[] = [];
  for (const { row, entry } of wanted) {
    const [, , , , , , , offset, bytes] = entry;
    const last = pieces.at(-1);
    if (last?.row === row && offset >= last.from && offset - last.to <= sliceGapMax)
      last.to = Math.max(last.to, offset + bytes);
    else pieces.push({ row, from: offset, to: offset + bytes });
    pieceOf.push(pieces.length - 1);
  }
  const list = (value: (piece: (typeof pieces)[number]) => string | number) =>
    `{${pieces.map(value).join(",")}}`;
  const read = await withDeadline(
    sql<{ i: number; bytes: Buffer }[]>`
      select i, substring(body from o + 1 for l) as bytes
      from unnest(${list(({ row }) => row.day)}::text::date[], ${list(({ row }) => row.nodeId)}::text::uuid[],
        ${list(({ row }) => row.batch)}::text::bigint[], ${list(({ from }) => from)}::text::int[],
        ${list(({ from, to }) => to - from)}::text::int[]) with ordinality as piece(d, n, b, o, l, i),
      lateral (select body from audit_batches where day = d and node_id = n and batch = b offset 0) row`,
    withinMs,
  );
  const byPiece = new Map(read.map(({ i, bytes }) => [i - 1, bytes]));
  return wanted.map(({ entry }, at) => {
    const piece = pieces[pieceOf[at]!]!;
    // A day that was dropped in between has nothing to tell any more.
    const bytes = byPiece.get(pieceOf[at]!);
    return bytes?.subarray(entry[7] - piece.from, entry[7] - piece.from + entry[8]) ?? new Uint8Array();
  });
}

async function decodeInto(
  newest: Newest,
  { row, clients, matching, index, entry }: WantedSection,
  bytes: Uint8Array,
  filter: EventFilter,
  position: Position | null,
): Promise<void> {
  const [logId, place, kind, , , firstSeq, firstAtMs] = entry;
  const [topic, channel] = row.directory!.places[place]!;
  const { client, attemptsMin, attemptsMax, fromMs, toMs } = filter;
  let run = 0;
  for (const found of decodeSection(bytes, kind, firstSeq, firstAtMs)) {
    if (++run % runsPerTurn === 0) await nextTurn();
    const { atMs, attempts } = found;
    if (atMs < newest.floorMs || atMs < fromMs || atMs > toMs) continue;
    if (attempts < attemptsMin || attempts > attemptsMax) continue;
    if (client !== "" && !matching.has(found.client)) continue;
    const event: FoundEvent = {
      ...{ atMs, kind, logId, seq: found.seq, count: found.count, topic, channel, attempts },
      ...{ delayMs: found.delayMs, client: clients.get(found.client) ?? null },
      ...{ nodeId: row.nodeId, batch: row.batch, section: index, run },
    };
    if (comesAfter(event, position)) newest.add(event);
  }
}

/**
 * About how many events there are between two instants, of all topics, without counting them: Postgres's own guess
 * at the rows, and how many events a recent row has. null: nothing to guess by.
 */
export async function estimateEvents(sql: Sql, fromMs: number, toMs: number): Promise<number | null> {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const [plan, recent] = await Promise.all([
    withDeadline(
      sql<{ "QUERY PLAN": unknown }[]>`explain (format json)
        select from audit_batches where to_at between ${from} and ${to}`,
      estimateMs,
    ),
    withDeadline(
      sql<{ mean: number | null }[]>`select avg(events)::float8 as mean from (
        select events from audit_batches where to_at between ${from} and ${to} order by to_at desc limit ${meanRows}) recent`,
      estimateMs,
    ),
  ]);
  const text = plan[0]?.["QUERY PLAN"];
  const parsed = (typeof text === "string" ? JSON.parse(text) : text) as {
    Plan?: { "Plan Rows"?: number };
  }[];
  const rows = parsed?.[0]?.Plan?.["Plan Rows"];
  const mean = recent[0]?.mean ?? null;
  return rows === undefined || mean === null ? null : Math.round(rows * mean);
}

const estimateMs = 1_000;
const meanRows = 200;
