/** Of rows that may hold what is wanted: the bytes of the sections that are, and the events in them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeSection, type SectionEntry } from "../audit-format.ts";
import { DeadlineError, type Sql, withDeadline } from "../statement.ts";
import type { AuditClient } from "./audit.ts";
import type { EventFilter } from "./audit-filter.ts";
import { comesAfter, type FoundEvent, type Newest, type Position } from "./audit-order.ts";
import type { ScannedRow } from "./audit-scan.ts";

/** Sections read at a time. */
const sliceBytesMax = 4 * 1024 * 1024;
/** Sections so near to each other are read as one. */
const sliceGapMax = 4_096;
const runsPerTurn = 16_384;

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
export async function readHits(
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
      ...{ nodeId: row.nodeId, epoch: row.directory!.epoch ?? null, batch: row.batch, section: index, run },
    };
    if (comesAfter(event, position)) newest.add(event);
  }
}
