/**
 * `GET /v1/outcomes?topic=&channel=&event=&client=&min=&max=`: what happens to messages, a line each, as it happens.
 * Read off the ring that the audit is written from: nothing is asked of the code that delivers, and what is not
 * wanted costs a comparison (TT9, TT10).
 */
import { type AuditRing, auditKinds } from "../broker/audit-ring.ts";
import { messageId } from "../broker/frame.ts";
import { isValidName } from "../broker/names.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { type OutcomeEvent, type OutcomeLine, outcomeEvents } from "../protocol/live.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, written } from "./call.ts";
import { lineHeaders } from "./live.ts";
import { SampledLines } from "./sampled-lines.ts";

interface Wanted {
  readonly topic: string;
  /** null: any, and the topic itself. */
  readonly channel: string | null;
  /** By number of the kind. */
  readonly kinds: readonly boolean[];
  /** How the id, the host name or the address begins. */
  readonly client: string;
  readonly min: number;
  readonly max: number;
}

const clientCharactersMax = 256;

export function outcomes(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const wanted = wantedOf(query);
  if (wanted instanceof Refusal) return wanted;
  const topic = existingTopic(call, wanted.topic);
  if (topic instanceof Refusal) return topic;
  const ring = call.ports.broker.audit;
  if (ring === null) return new Refusal("NO_AUDIT", "this node was started with --audit=off");
  if (call.taps.full) return new Refusal("TOO_MANY_READERS");
  call.response.writeHead(200, lineHeaders).flushHeaders();
  const lines = new SampledLines(call.response, false);
  const look = lookAt(ring, wanted, lines);
  call.taps.watch(ring, call.response, look, () => lines.end());
  return written;
}

function wantedOf(query: Query): Wanted | Refusal {
  const topic = topicName(query);
  if (topic instanceof Refusal) return topic;
  const channel = query.get("channel") ?? null;
  if (channel !== null && !isValidName(channel)) return new Refusal("INVALID_ARG_CHANNEL");
  const names = (query.get("event") ?? "").split(",").filter((name) => name !== "");
  if (!names.every((name) => outcomeEvents.includes(name as OutcomeEvent)))
    return new Refusal("INVALID_FILTER", `event is of ${outcomeEvents.join(", ")}`);
  const kinds: boolean[] = [];
  for (const name of outcomeEvents) kinds[auditKinds[name]] = names.length === 0 || names.includes(name);
  const [min, max] = [query.get("min") ?? "0", query.get("max") ?? "65535"];
  const client = query.get("client") ?? "";
  if (!/^\d{1,5}$/.test(min) || !/^\d{1,5}$/.test(max) || client.length > clientCharactersMax)
    return new Refusal("INVALID_FILTER", "min and max are numbers, client is not that long");
  return { topic, channel, kinds, client, min: Number(min), max: Number(max) };
}

const nameOf = new Map<number, OutcomeEvent>(outcomeEvents.map((name) => [auditKinds[name], name]));

/** Looks at what was recorded since it looked last. */
function lookAt(ring: AuditRing, wanted: Wanted, lines: SampledLines): () => void {
  const { topic, channel, kinds, client, min, max } = wanted;
  const mask = ring.capacity - 1;
  let next = ring.written;
  return () => {
    for (next = Math.max(next, ring.drained); next < ring.written; next++) {
      const i = next & mask;
      if (!kinds[ring.kind[i]!]) continue;
      const attempts = ring.attempts[i]!;
      if (attempts < min || attempts > max) continue;
      const place = ring.place[i]!;
      if (place.topicName !== topic || (channel !== null && place.channelName !== channel)) continue;
      const who = ring.client[i]!;
      if (
        client !== "" &&
        !(
          who !== null &&
          [who.clientId, who.hostname, who.remoteAddress].some((text) => text.startsWith(client))
        )
      )
        continue;
      const count = ring.count[i]!;
      if (lines.isFull) lines.leaveOut(count);
      else lines.show(lineOf(ring, i), count);
    }
  };
}

function lineOf(ring: AuditRing, i: number): OutcomeLine {
  const who = ring.client[i]!;
  return {
    type: "outcome",
    atMs: Math.floor(ring.atMs[i]!),
    event: nameOf.get(ring.kind[i]!)!,
    id: messageId(ring.logId[i]!, ring.seq[i]!),
    count: ring.count[i]!,
    channel: ring.place[i]!.channelName,
    attempts: ring.attempts[i]!,
    delayMs: ring.delayMs[i]!,
    client: who && { clientId: who.clientId, hostname: who.hostname, address: who.remoteAddress },
  };
}
