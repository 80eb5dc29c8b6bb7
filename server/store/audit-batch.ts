/**
 * Events of about a second on their way to rows: one section for each (log, place,
 * kind), and a second one for events out of order, so that a row of a busy log spans few
 * more sequences than it has events and is found by them. Quiet logs share a row.
 */
import type {
  AuditDirectory,
  ClientEntry,
  GapEntry,
  PlaceEntry,
  SectionEntry,
} from "../../db/audit-format.ts";
import type { NewAuditBatch } from "../../db/queries/audit.ts";
import type { AuditPlace } from "../broker/audit-ring.ts";
import type { ClientIdentity } from "../broker/ports.ts";
import { AuditSection, spanAllowed } from "./audit-section.ts";

/** A log with as many events in order gets rows of its own. */
const busyEventsMin = 512;
/** Rows of busy logs in one batch; what is beyond shares. */
const busyRowsMax = 3;
/** Sections of a shared row: some 100 KB of directory. */
const sharedSectionsMax = 2_000;
const sharedBytesMax = 1024 * 1024;
/** Names that clients give themselves are cut here. */
const clientTextMax = 256;

/** Of one (place, log): by kind, in order and out of order. */
type Sections = (AuditSection | undefined)[];

export type AuditRow = Omit<NewAuditBatch, "batch">;

export class AuditBatch {
  /** The node's while this is recorded; null: it has none. */
  readonly epoch: number | null;
  events = 0;
  /** Of the bodies, roughly. */
  bytes = 0;
  readonly #places = new Map<AuditPlace, Map<number, Sections>>();
  /** By kind and reason. */
  readonly #gaps = new Map<string, GapEntry>();
  #lastPlace: AuditPlace | null = null;
  #lastLog = -1;
  #lastSections: Sections = [];

  constructor(epoch: number | null) {
    this.epoch = epoch;
  }

  get isEmpty(): boolean {
    return this.events === 0 && this.#gaps.size === 0;
  }

  add(
    kind: number,
    place: AuditPlace,
    client: ClientIdentity | null,
    logId: number,
    seq: number,
    count: number,
    attempts: number,
    delayMs: number,
    atMs: number,
  ): void {
    // The broker's clock has fractions of a millisecond, the format does not: a coded half would change its sign.
    atMs = Math.floor(atMs);
    let sections = this.#lastSections;
    if (place !== this.#lastPlace || logId !== this.#lastLog) sections = this.#find(place, logId);
    let section = sections[kind * 2];
    if (section === undefined) {
      section = sections[kind * 2] = new AuditSection(logId, place, kind, seq, atMs);
    } else if (!section.takes(seq, count)) {
      section = sections[kind * 2 + 1] ??= new AuditSection(logId, place, kind, seq, atMs);
    }
    section.append(seq, count, atMs, client, attempts, delayMs);
    this.events += count;
    this.bytes += 4;
  }

  /** Joins what was lost for the same reason, so that a long outage is one entry. */
  addGap(gap: GapEntry): void {
    const [kind, events, atMs, reason] = gap;
    const key = `${kind} ${reason}`;
    const other = this.#gaps.get(key);
    this.#gaps.set(key, other ? [kind, events + other[1], Math.min(atMs, other[2]), reason] : gap);
  }

  /** One after the other, so that the caller may rest in between. The batch takes nothing more. */
  *rows(): Generator<AuditRow> {
    const groups = new Map<number, AuditSection[]>();
    const shared: AuditSection[] = [];
    for (const logs of this.#places.values()) {
      for (const [logId, sections] of logs) {
        for (const [i, section] of sections.entries()) {
          if (!section) continue;
          if (i % 2 === 1) shared.push(section);
          else {
            const group = groups.get(logId);
            if (group) group.push(section);
            else groups.set(logId, [section]);
          }
        }
      }
    }
    for (const row of takeBusy(groups)) yield encodeRow(row, row[0]!.logId, [], this.epoch);
    for (const group of groups.values()) for (const section of group) shared.push(section);
    let gaps = [...this.#gaps.values()];
    while (shared.length > 0 || gaps.length > 0) {
      const some: AuditSection[] = [];
      let bytes = 0;
      while (shared.length > 0 && some.length < sharedSectionsMax && bytes < sharedBytesMax) {
        const section = shared.pop()!;
        some.push(section);
        bytes += section.bytes.length;
      }
      yield encodeRow(some, null, gaps, this.epoch);
      gaps = [];
    }
  }

  #find(place: AuditPlace, logId: number): Sections {
    let logs = this.#places.get(place);
    if (!logs) {
      logs = new Map();
      this.#places.set(place, logs);
    }
    let sections = logs.get(logId);
    if (!sections) {
      sections = new Array(16).fill(undefined) as Sections;
      logs.set(logId, sections);
    }
    this.#lastPlace = place;
    this.#lastLog = logId;
    this.#lastSections = sections;
    return sections;
  }
}

/** Takes out of `groups` the sections that make rows of their own: each row of one log, narrow, and the fullest first. */
function takeBusy(groups: Map<number, AuditSection[]>): AuditSection[][] {
  const rows: AuditSection[][] = [];
  const eventsOf = (group: readonly AuditSection[]) =>
    group.reduce((sum, section) => sum + section.events, 0);
  const candidates = [...groups.values()].filter((group) => eventsOf(group) >= busyEventsMin);
  candidates.sort((a, b) => eventsOf(b) - eventsOf(a));
  for (const group of candidates) {
    group.sort((a, b) => b.events - a.events);
    // What is far from the rest, as publishes are while consumers are behind, gets the next row.
    for (let left = group; left.length > 0 && rows.length < busyRowsMax; ) {
      const { row, rest, events } = takeNarrow(left);
      if (events < busyEventsMin) break;
      rows.push(row);
      left = rest;
      groups.set(group[0]!.logId, left);
    }
  }
  return rows;
}

function takeNarrow(sections: readonly AuditSection[]): {
  row: AuditSection[];
  rest: AuditSection[];
  events: number;
} {
  const row: AuditSection[] = [];
  const rest: AuditSection[] = [];
  let [min, max, events] = [Number.POSITIVE_INFINITY, -1, 0];
  for (const section of sections) {
    const [low, high] = [Math.min(min, section.seqMin), Math.max(max, section.seqMax)];
    if (row.length > 0 && high - low + 1 > spanAllowed(events + section.events)) {
      rest.push(section);
      continue;
    }
    row.push(section);
    [min, max, events] = [low, high, events + section.events];
  }
  return { row, rest, events };
}

/** `logId`: the one log of all sections; null: the row is found by a list of logs. */
function encodeRow(
  sections: readonly AuditSection[],
  logId: number | null,
  gaps: readonly GapEntry[],
  epoch: number | null,
): AuditRow {
  const places = new Map<AuditPlace, number>();
  const clients = new Map<number, ClientEntry>();
  const entries: SectionEntry[] = [];
  let [events, offset, seqMin, seqMax] = [0, 0, Number.POSITIVE_INFINITY, 0];
  const times = gaps.map((gap) => gap[2]);
  for (const section of sections) {
    let place = places.get(section.place);
    if (place === undefined) {
      place = places.size;
      places.set(section.place, place);
    }
    for (const client of section.clients) clients.set(client.number, clientEntry(client));
    const { length } = section.bytes;
    entries.push([
      ...([section.logId, place, section.kind, section.seqMin, section.seqMax] as const),
      ...([section.firstSeq, section.firstAtMs, offset, length] as const),
    ]);
    offset += length;
    events += section.events;
    seqMin = Math.min(seqMin, section.seqMin);
    seqMax = Math.max(seqMax, section.seqMax);
    times.push(section.atMsMin, section.atMsMax);
  }
  const directory: AuditDirectory = {
    v: 1,
    places: Array.from(places.keys(), (place): PlaceEntry => [place.topicName, place.channelName]),
    clients: [...clients.values()],
    sections: entries,
    gaps,
    ...(epoch !== null && { epoch }),
  };
  const fromMs = times.reduce((a, b) => Math.min(a, b));
  const own = logId === null ? { logId, seqMin: null, seqMax: null } : { logId, seqMin, seqMax };
  return {
    ...own,
    day: new Date(fromMs).toISOString().slice(0, 10),
    logIds: logId === null ? [...new Set(sections.map((section) => section.logId))] : null,
    fromMs,
    toMs: times.reduce((a, b) => Math.max(a, b)),
    events,
    directory: JSON.stringify(directory),
    body: Buffer.concat(sections.map((section) => section.bytes)),
  };
}

/** JSON in Postgres holds no NUL and no half of a surrogate pair; clients may send both. */
function clientEntry(client: ClientIdentity): ClientEntry {
  const clean = (text: string) => text.slice(0, clientTextMax).replaceAll("\0", "\uFFFD").toWellFormed();
  return [client.number, clean(client.clientId), clean(client.hostname), clean(client.remoteAddress)];
}
