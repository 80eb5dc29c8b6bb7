/** `GET /stats`, as JSON or for people. */

import { Refusal } from "../http-api/errors.ts";
import { writeStream } from "../http-api/stream.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import type { ConnectionStats } from "../protocol/connection.ts";
import type { Answer, Call } from "./call.ts";
import { statsJson } from "./stats-json.ts";
import { Selection, wantsClients } from "./stats-model.ts";
import { statsText } from "./stats-text.ts";

export async function stats(call: Call): Promise<Answer> {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const selection = new Selection(call.ports, query, await connectionsOf(call, query));
  const json = query.get("format") === "json";
  const type = json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8";
  return writeStream(call, type, json ? statsJson(selection) : statsText(selection));
}

/** By number; none where clients are not asked for. */
async function connectionsOf({ ports, turns }: Call, query: Query): Promise<Map<number, ConnectionStats>> {
  const found = new Map<number, ConnectionStats>();
  if (!wantsClients(query)) return found;
  await turns.each(ports.connections(), (connection) => found.set(connection.number, connection));
  return found;
}
