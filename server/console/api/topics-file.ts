/** The topics that a page shows, filtered and sorted as it has them, as a file. */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { apiPaths, type TopicRow, tables } from "../contract/index.ts";
import type { Hub } from "../live/hub.ts";
import { placeOf } from "../live/window.ts";
import { windowOfQuery } from "../live/window-request.ts";
import { type ActionLog, askedBy } from "./action-log.ts";
import { csvHead, csvLine } from "./csv.ts";
import { parse } from "./requests.ts";

const query = windowOfQuery.extend({ format: z.enum(["csv", "ndjson"]) });
/** Rows written at a time, so that a slow reader holds nobody up. */
const pieceRows = 500;

const states = Object.entries(tables.topics.states);
const figures = Object.entries(tables.topics.columns).filter(([id]) => id !== "name");

export function topicsFileRoute(app: FastifyInstance, { hub, log }: { hub: Hub; log: ActionLog }): void {
  app.get(apiPaths.topicsFile, { config: { policy: { action: "export" } } }, (request, reply) => {
    const { format, ...asked } = parse(query, request.query);
    const place = placeOf("topics", { kind: "topics" }, request.visitor!.actor);
    const rows = hub.windows.list(place, asked) as readonly TopicRow[];
    const { q = null, state = null } = asked;
    log.write({
      ...askedBy(request),
      action: "export",
      object: { what: "topics", format, q, state, rows: rows.length },
      result: "ok",
    });
    reply.headers({
      "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson; charset=utf-8",
      "content-disposition": `attachment; filename="topics.${format}"`,
    });
    return reply.send(Readable.from(format === "csv" ? asCsv(rows) : asLines(rows), { objectMode: false }));
  });
}

function* asCsv(rows: readonly TopicRow[]): Generator<string> {
  yield csvHead(["topic", ...states.map(([id]) => id), ...figures.map(([id]) => id)]);
  for (let at = 0; at < rows.length; at += pieceRows) {
    yield rows
      .slice(at, at + pieceRows)
      .map((row) =>
        csvLine([
          row.key,
          ...states.map(([, holds]) => (holds(row) ? "yes" : "no")),
          ...figures.map(([, column]) => column.value(row)),
        ]),
      )
      .join("");
  }
}

function* asLines(rows: readonly TopicRow[]): Generator<string> {
  for (let at = 0; at < rows.length; at += pieceRows) {
    yield rows
      .slice(at, at + pieceRows)
      .map(({ key, ...row }) => `${JSON.stringify({ topic: key, ...row })}\n`)
      .join("");
  }
}
