/** The long tables of pages, filtered and sorted as a page has them, as files. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { objectOfPath, type RoutePolicy } from "../auth/policy.ts";
import {
  apiBase,
  apiPaths,
  rooms,
  type Table,
  type TableName,
  tableOf,
  tables,
  type WindowRoom,
} from "../contract/index.ts";
import type { Hub } from "../live/hub.ts";
import type { KeyedRow } from "../live/row-source.ts";
import { isWindow, targetOf } from "../live/targets.ts";
import { placeOf } from "../live/window.ts";
import { windowOfQuery } from "../live/window-request.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { csvHead, csvLine } from "./csv.ts";
import { Failure } from "./failure.ts";
import { parse } from "./requests.ts";

const query = windowOfQuery.extend({ format: z.enum(["csv", "ndjson"]) });
/** Rows written at a time, so that a slow reader holds nobody up. */
const pieceRows = 500;
/** What the first column of a file is called. */
const things = { topics: "topic", channels: "channel", clients: "client" } as const satisfies Record<
  TableName,
  string
>;

interface TableFilesOptions {
  readonly hub: Hub;
  readonly log: ActionLog;
}

const ofPath = {
  config: { policy: { action: "export", object: objectOfPath } satisfies RoutePolicy },
} as const;

export function tableFileRoutes(app: FastifyInstance, options: TableFilesOptions): void {
  app.get(apiPaths.topicsFile, { config: { policy: { action: "export" } } }, (request, reply) =>
    sendFile(options, request, reply, "topics"),
  );
  app.get(`${apiBase}/topics/:topic/channels-file`, ofPath, (request, reply) => {
    const { topic = "" } = objectOfPath(request);
    return sendFile(options, request, reply, rooms.channels(topic));
  });
  app.get(`${apiBase}/topics/:topic/channels/:channel/clients-file`, ofPath, (request, reply) => {
    const { topic = "", channel = "" } = objectOfPath(request);
    return sendFile(options, request, reply, rooms.clients(topic, channel));
  });
}

function sendFile(
  { hub, log }: TableFilesOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  room: WindowRoom,
): FastifyReply {
  const { format, ...asked } = parse(query, request.query);
  const target = targetOf(room);
  if (!target || !isWindow(target)) throw new Failure("bad-request", "That is not a valid name.");
  const rows = hub.windows.list(placeOf(room, target, request.visitor!.actor), asked);
  const name = tableOf(room);
  const { q = null, state = null } = asked;
  const { topic, channel } = objectOfPath(request);
  log.write({
    ...askedBy(request),
    action: "export",
    object: { topic, channel, what: name, format, q, state, rows: rows.length },
    result: "ok",
  });
  reply.headers({
    "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
    "content-disposition": `attachment; filename="${name}.${format}"`,
  });
  const lines = format === "csv" ? asCsv(name, rows) : asLines(name, rows);
  return reply.send(Readable.from(lines, { objectMode: false }));
}

function* asCsv(name: TableName, rows: readonly KeyedRow[]): Generator<string> {
  const table = tables[name] as unknown as Table<KeyedRow>;
  const states = Object.entries(table.states);
  const { name: called, ...others } = table.columns;
  const columns = Object.entries(others);
  yield csvHead([things[name], ...states.map(([id]) => id), ...columns.map(([id]) => id)]);
  for (let at = 0; at < rows.length; at += pieceRows) {
    yield rows
      .slice(at, at + pieceRows)
      .map((row) =>
        csvLine([
          called?.value(row) ?? row.key,
          ...states.map(([, holds]) => (holds(row) ? "yes" : "no")),
          ...columns.map(([, column]) => column.value(row)),
        ]),
      )
      .join("");
  }
}

function* asLines(name: TableName, rows: readonly KeyedRow[]): Generator<string> {
  for (let at = 0; at < rows.length; at += pieceRows) {
    yield rows
      .slice(at, at + pieceRows)
      // A client's key is made for the table; its own id stands in the row.
      .map(({ key, ...row }) => JSON.stringify(name === "clients" ? row : { [things[name]]: key, ...row }))
      .map((line) => `${line}\n`)
      .join("");
  }
}
