/**
 * What happened to messages, searched in the audit. A search ends in time whatever is asked: then what was found is
 * the answer, and the visitor is told to narrow the time range. Few run at a time, and few wait (CE1-CE4).
 */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { auditEventNames } from "../../../db/audit-format.ts";
import { type FoundEvent, readPosition, writePosition } from "../../../db/queries/audit-order.ts";
import type { EventFilter } from "../../../db/queries/audit-search.ts";
import { Gate } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type Actor,
  apiPaths,
  attemptsRange,
  type EventRow,
  type EventsPage,
  type EventsQuery,
  eventKinds,
  eventsPerPage,
  exportRowsMax,
  instantOf,
  kindWords,
  searchMsMax,
  sees,
  seesEverything,
} from "../contract/index.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { csvHead, csvLine } from "./csv.ts";
import { Failure } from "./failure.ts";
import type { TraceSource } from "./ports.ts";
import { eventsPlace, eventsQuery, exportQuery, parse } from "./requests.ts";

export interface EventsOptions {
  readonly collector: Collector;
  readonly log: ActionLog;
  readonly traces: TraceSource | null;
}

/** Searches at a time: as many as there are connections for them. */
const searchesAtOnce = 2;
const searchesWaiting = 16;
const hourMs = 3_600_000;
const exportPageRows = 10_000;
/** A file is as long in the making, at most. */
const exportMsMax = 5 * 60_000;

export function eventRoutes(app: FastifyInstance, options: EventsOptions): void {
  const gate = new Gate(searchesAtOnce);
  app.get(apiPaths.events, policyOf("read"), (request) =>
    page(options, gate, request.visitor!.actor, parse(eventsQuery, request.query)),
  );
  app.get(apiPaths.eventsFile, policyOf("export"), (request, reply) => {
    const { format, ...query } = parse(exportQuery, request.query);
    const { actor } = request.visitor!;
    const asked = askedOf(query, options.collector.clock.wallMs(), actor);
    if (!options.traces) throw noAudit();
    const name = `events-${new Date(asked.filter.toMs).toISOString().slice(0, 19).replaceAll(":", "")}.${format}`;
    reply.headers({
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
    });
    return reply.send(
      Readable.from(exported(options, gate, request, { ...asked, format }), { objectMode: false }),
    );
  });
}

/** The place that is asked for, if one is; what of the rest may be seen is decided event by event. */
function policyOf(action: "read" | "export") {
  const object = ({ query }: FastifyRequest) => {
    const { topic, channel } = parse(eventsPlace, query);
    return { topic, channel };
  };
  return { config: { policy: { action, object } } } as const;
}

async function page(
  options: EventsOptions,
  gate: Gate,
  actor: Actor,
  query: EventsQuery,
): Promise<EventsPage> {
  const { collector, traces } = options;
  if (!traces) throw noAudit();
  const atMs = collector.clock.wallMs();
  const { filter, position } = askedOf(query, atMs, actor);
  const { fromMs, toMs } = filter;
  const first = position === null;
  const found = await entered(gate, async () => {
    const [search, about, sinceMs] = await Promise.all([
      traces.search(filter, { limit: eventsPerPage, position, deadlineMs: searchMsMax }),
      // How much there is of everybody's is not for those who see a part of it.
      first && seesEverything(actor) ? traces.estimate(fromMs, toMs).catch(() => null) : null,
      traces.sinceMs().catch(() => null),
    ]);
    return { search, about, sinceMs };
  });
  const { search, about, sinceMs } = found;
  const lags = collector.nodeRows.flatMap(({ store }) => (store ? [store.auditLagMs] : []));
  return {
    ...{ atMs, fromMs, toMs, about, sinceMs },
    events: search.events.map(rowOf),
    next: search.next && writePosition(search.next),
    stopped: search.stopped,
    backToMs: search.backToMs,
    looked: seesEverything(actor) ? search.looked : 0,
    lost: search.lost,
    lagMs: lags.length > 0 ? Math.max(...lags) : null,
  };
}

async function entered<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  if (gate.waiting >= searchesWaiting)
    throw new Failure("too-many", "Too many searches are going on: try again in a moment.");
  try {
    return await gate.run(work);
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code } = error as { code?: unknown };
  // Our own deadline, or the server's.
  if (code === "WEIR_DEADLINE" || code === "57014")
    return new Failure(
      "timeout",
      "The search took more than 5 s: narrow the time range, or say more of what is wanted.",
    );
  return new Failure("database-away", "Postgres does not answer now: the audit has to wait until it does.");
}

const noAudit = () =>
  new Failure("database-away", "There is no audit: this console was started without Postgres.");

function askedOf(query: EventsQuery, nowMs: number, actor: Actor) {
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
  const position = query.cursor === undefined ? null : readPosition(query.cursor);
  if (query.cursor !== undefined && position === null)
    throw new Failure("bad-request", "cursor: not the end of a page.");
  const words = query.event === undefined ? [] : query.event.split(",");
  const kinds = eventKinds.filter((kind) => words.includes(kindWords[kind]));
  const filter: EventFilter = {
    topic: query.topic ?? null,
    channel: query.channel ?? null,
    kinds: kinds.map((kind) => auditEventNames.indexOf(kind) + 1),
    client: query.client ?? "",
    ...{ attemptsMin: attempts.min, attemptsMax: attempts.max, fromMs, toMs },
    sees: (topic, channel) => sees(actor, topic, channel === "" ? undefined : channel),
  };
  return { filter, position };
}

function rowOf(event: FoundEvent): EventRow {
  const { atMs, kind, logId, seq, count, topic, channel, attempts, delayMs, client, nodeId } = event;
  return {
    ...{ atMs, count, topic, node: nodeId },
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
  ...["attempts", "delay_ms", "client_id", "client_host", "client_address", "node"],
] as const;

/** Page by page: nothing is kept but the page in hand. What ends it before its time is its own last line. */
async function* exported(
  { traces, log }: EventsOptions,
  gate: Gate,
  request: FastifyRequest,
  asked: ReturnType<typeof askedOf> & { format: "csv" | "ndjson" },
): AsyncGenerator<string> {
  const { filter, format } = asked;
  const endsMs = performance.now() + exportMsMax;
  let position = asked.position;
  let rows = 0;
  let cut: string | null = null;
  try {
    if (format === "csv") yield csvHead(columns);
    do {
      const limit = Math.min(exportPageRows, exportRowsMax - rows);
      const page = await entered(gate, () =>
        traces!.search(filter, { limit, position, deadlineMs: searchMsMax }),
      );
      rows += page.events.length;
      if (page.events.length > 0) yield page.events.map((event) => line(rowOf(event), format)).join("");
      position = page.next;
      if (position === null) break;
      if (rows >= exportRowsMax) cut = `cut at ${exportRowsMax} rows, which is the most of one file`;
      else if (performance.now() > endsMs) cut = "cut: five minutes were not enough for the whole time range";
    } while (cut === null);
  } catch (error) {
    cut = `cut: ${failureOf(error).message}`;
  }
  if (cut !== null) yield format === "csv" ? csvLine([`# ${cut}`]) : `${JSON.stringify({ cut })}\n`;
  const { topic, channel, fromMs, toMs } = filter;
  log.write({
    ...askedBy(request),
    action: "export",
    object: { topic, channel, what: "events", format, fromMs, toMs, rows },
    result: cut ?? "ok",
  });
}

function line(row: EventRow, format: "csv" | "ndjson"): string {
  const at = new Date(row.atMs).toISOString();
  if (format === "ndjson") return `${JSON.stringify({ at, ...row })}\n`;
  const { kind, id, count, topic, channel, attempts, delayMs, client, node } = row;
  return csvLine([
    ...[at, kindWords[kind], id, count, topic, channel, attempts, delayMs],
    ...[client?.id, client?.host, client?.address, node],
  ]);
}
