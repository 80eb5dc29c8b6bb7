/** Events as they are asked for, shown and written into files. */
import { auditEventNames } from "../../../db/audit-format.ts";
import type { EventFilter } from "../../../db/queries/audit-filter.ts";
import { type FoundEvent, readPosition } from "../../../db/queries/audit-order.ts";
import {
  type Actor,
  attemptsRange,
  type EventRow,
  type EventsQuery,
  eventKinds,
  instantOf,
  kindWords,
  sees,
} from "../contract/index.ts";
import { csvHead, csvLine } from "./csv.ts";
import { Failure } from "./failure.ts";

const hourMs = 3_600_000;

/** What is looked for, without who may see it. */
export type EventsWanted = Omit<EventFilter, "sees">;
export type FileFormat = "csv" | "ndjson";

/** Throws `Failure` where it is not understood. */
export function wantedOf(query: EventsQuery, nowMs: number): EventsWanted {
  const instant = (text: string | undefined, name: string, standard: number) => {
    const ms = text === undefined ? standard : instantOf(text, nowMs);
    if (ms === null) throw new Failure("bad-request", `${name}: such as now-1h, or 2026-05-03T14:00:00Z.`);
    return ms;
  };
  const toMs = instant(query.to, "to", nowMs);
  const fromMs = instant(query.from, "from", toMs - hourMs);
  if (fromMs > toMs) throw new Failure("bad-request", "from: it is after the end.");
  const attempts = query.attempts === undefined ? { min: 0, max: 65_535 } : attemptsRange(query.attempts);
  if (attempts === null) throw new Failure("bad-request", "attempts: such as 3, >3 or <=2.");
  const words = query.event === undefined ? [] : query.event.split(",");
  const kinds = eventKinds.filter((kind) => words.includes(kindWords[kind]));
  return {
    topic: query.topic ?? null,
    channel: query.channel ?? null,
    kinds: kinds.map((kind) => auditEventNames.indexOf(kind) + 1),
    client: query.client ?? "",
    ...{ attemptsMin: attempts.min, attemptsMax: attempts.max, fromMs, toMs },
  };
}

/** As this person sees it. */
export function filterFor(wanted: EventsWanted, actor: Actor): EventFilter {
  return { ...wanted, sees: (topic, channel) => sees(actor, topic, channel === "" ? undefined : channel) };
}

/** Throws `Failure`. */
export function askedOf(query: EventsQuery, nowMs: number, actor: Actor) {
  const filter = filterFor(wantedOf(query, nowMs), actor);
  const position = query.cursor === undefined ? null : readPosition(query.cursor);
  if (query.cursor !== undefined && position === null)
    throw new Failure("bad-request", "cursor: not the end of a page.");
  return { filter, position };
}

export function rowOf(event: FoundEvent): EventRow {
  const { atMs, kind, logId, seq, count, topic, channel, attempts, delayMs, client, nodeId, epoch } = event;
  return {
    ...{ atMs, count, topic, node: nodeId, epoch },
    kind: auditEventNames[kind - 1]!,
    id: hex(logId) + hex(seq),
    channel: channel === "" ? null : channel,
    attempts: attempts === 0 ? null : attempts,
    delayMs: delayMs === 0 ? null : delayMs,
    client: client && { id: client.clientId, host: client.hostname, address: client.address },
  };
}

const hex = (value: number) => value.toString(16).padStart(8, "0");

const columns = [
  ...["at", "event", "message_id", "messages", "topic", "channel"],
  ...["attempts", "delay_ms", "client_id", "client_host", "client_address", "node", "epoch"],
] as const;

export function fileHead(format: FileFormat): string {
  return format === "csv" ? csvHead(columns) : "";
}

export function fileLine(row: EventRow, format: FileFormat): string {
  const at = new Date(row.atMs).toISOString();
  if (format === "ndjson") return `${JSON.stringify({ at, ...row })}\n`;
  const { kind, id, count, topic, channel, attempts, delayMs, client, node, epoch } = row;
  return csvLine([
    ...[at, kindWords[kind], id, count, topic, channel, attempts, delayMs],
    ...[client?.id, client?.host, client?.address, node, epoch],
  ]);
}

/** The last line of a file that is not whole. */
export function cutLine(why: string, format: FileFormat): string {
  return format === "csv" ? csvLine([`# ${why}`]) : `${JSON.stringify({ cut: why })}\n`;
}

/** How a file of events is sent. */
export function fileHeaders(format: FileFormat, toMs: number): Record<string, string> {
  const name = `events-${new Date(toMs).toISOString().slice(0, 19).replaceAll(":", "")}.${format}`;
  return {
    "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
    "content-disposition": `attachment; filename="${name}"`,
  };
}
