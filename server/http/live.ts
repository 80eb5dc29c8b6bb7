/** `GET /v1/live?intervalMs=`: a snapshot of the node, then what changed, a line each. */

import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import { type Answer, type Call, written } from "./call.ts";
import { LiveReader } from "./live-reader.ts";

const intervalMsDefault = 1_000;
const intervalMsMin = 100;
const intervalMsMax = 60_000;
export const lineHeaders = { "Content-Type": "application/x-ndjson", "Cache-Control": "no-store" };

export function live(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const text = query.get("intervalMs") ?? String(intervalMsDefault);
  if (!/^\d{1,9}$/.test(text)) return new Refusal("INVALID_REQUEST", "intervalMs must be a number");
  if (call.live.full) return new Refusal("TOO_MANY_READERS");
  const intervalMs = Math.min(Math.max(Number(text), intervalMsMin), intervalMsMax);
  call.response.writeHead(200, lineHeaders).flushHeaders();
  call.live.add(new LiveReader(call.response, intervalMs));
  return written;
}
