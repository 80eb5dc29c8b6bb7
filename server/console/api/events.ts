/**
 * What happened to messages, searched in the audit. A search ends in time whatever is asked: then what was found is
 * the answer, and the visitor is told to narrow the time range. Few run at a time, and few wait (CE1-CE4).
 */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { writePosition } from "../../../db/queries/audit-order.ts";
import { compilePattern } from "../../auth/patterns.ts";
import { type BodyMatcher, bodyMatcherOf } from "../../protocol/body-matcher.ts";
import type { RoutePolicy } from "../auth/policy.ts";
import { Gate } from "../bounded.ts";
import type { Collector } from "../collector/collector.ts";
import {
  type Actor,
  apiPaths,
  type EventsPage,
  type EventsQuery,
  eventsPerPage,
  exportRowsMax,
  searchMsMax,
  seesEverything,
} from "../contract/index.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { withBodies } from "./event-bodies.ts";
import { askedOf, cutLine, fileHead, fileHeaders, fileLine, rowOf } from "./event-lines.ts";
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
interface Gates {
  readonly searches: Gate;
  /** Nodes are asked for bodies by as few. */
  readonly bodies: Gate;
}

const exportPageRows = 10_000;
/** A file is as long in the making, at most. */
const exportMsMax = 5 * 60_000;

export function eventRoutes(app: FastifyInstance, options: EventsOptions): void {
  const gates = { searches: new Gate(searchesAtOnce), bodies: new Gate(searchesAtOnce) };
  app.get(apiPaths.events, policyOf(readOf), (request) =>
    page(options, gates, request.visitor!.actor, parse(eventsQuery, request.query)),
  );
  app.get(apiPaths.eventsFile, policyOf("export"), (request, reply) => {
    const { format, ...query } = parse(exportQuery, request.query);
    const { actor } = request.visitor!;
    const asked = askedOf(query, options.collector.clock.wallMs(), actor);
    if (!options.traces) throw noAudit();
    reply.headers(fileHeaders(format, asked.filter.toMs));
    return reply.send(
      Readable.from(exported(options, gates.searches, request, { ...asked, format }), { objectMode: false }),
    );
  });
}

/** The place that is asked for, if one is; what of the rest may be seen is decided event by event. */
function policyOf(action: RoutePolicy["action"]) {
  const object = ({ query }: FastifyRequest) => {
    const { topic, channel } = parse(eventsPlace, query);
    return { topic, channel };
  };
  return { config: { policy: { action, object } } } as const;
}

/** Whoever looks into bodies has to be let read them. */
function readOf({ query }: FastifyRequest): "read" | "read-bodies" {
  return parse(eventsQuery, query).body === undefined ? "read" : "read-bodies";
}

/** Throws `Failure`. null: bodies are not asked for. */
function matcherOf({ body, topic }: EventsQuery): BodyMatcher | null {
  if (body === undefined) return null;
  if (topic === undefined) throw new Failure("bad-request", "body: only with a topic.");
  const matcher = bodyMatcherOf(body, compilePattern);
  if (matcher === null)
    throw new Failure("bad-request", "body: a text, /an expression/ of RE2, or such as $.order.total > 100.");
  return matcher;
}

async function page(
  options: EventsOptions,
  gates: Gates,
  actor: Actor,
  query: EventsQuery,
): Promise<EventsPage> {
  const { collector, traces } = options;
  if (!traces) throw noAudit();
  const atMs = collector.clock.wallMs();
  const { filter, position } = askedOf(query, atMs, actor);
  const { fromMs, toMs } = filter;
  const first = position === null;
  const matcher = matcherOf(query);
  const { search, about, sinceMs } = await entered(gates.searches, async () => {
    const [search, about, sinceMs] = await Promise.all([
      traces.search(filter, { limit: eventsPerPage, position, deadlineMs: searchMsMax }),
      // How much there is of everybody's is not for those who see a part of it.
      first && seesEverything(actor) ? traces.estimate(fromMs, toMs).catch(() => null) : null,
      traces.sinceMs().catch(() => null),
    ]);
    return { search, about, sinceMs };
  });
  const rows = search.events.map(rowOf);
  const bodied =
    matcher === null
      ? { events: rows, bodies: null }
      : await entered(gates.bodies, () => withBodies(collector, matcher, rows));
  const lags = collector.nodeRows.flatMap(({ store }) => (store ? [store.auditLagMs] : []));
  return {
    ...{ atMs, fromMs, toMs, about, sinceMs },
    ...bodied,
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
    yield fileHead(format);
    do {
      const limit = Math.min(exportPageRows, exportRowsMax - rows);
      const page = await entered(gate, () =>
        traces!.search(filter, { limit, position, deadlineMs: searchMsMax }),
      );
      rows += page.events.length;
      if (page.events.length > 0) yield page.events.map((event) => fileLine(rowOf(event), format)).join("");
      position = page.next;
      if (position === null) break;
      if (rows >= exportRowsMax) cut = `cut at ${exportRowsMax} rows, which is the most of one file`;
      else if (performance.now() > endsMs) cut = "cut: five minutes were not enough for the whole time range";
    } while (cut === null);
  } catch (error) {
    cut = `cut: ${failureOf(error).message}`;
  }
  if (cut !== null) yield cutLine(cut, format);
  const { topic, channel, fromMs, toMs } = filter;
  log.write({
    ...askedBy(request),
    action: "export",
    object: { topic, channel, what: "events", format, fromMs, toMs, rows },
    result: cut ?? "ok",
  });
}
