/** `POST /pub`: one message. Checks run in NSQ's order, the body before the topic. */
import type { Broker } from "../broker/broker.ts";
import { messageId } from "../broker/frame.ts";
import type { Log } from "../broker/log.ts";
import type { PutRefusal } from "../broker/topic.ts";
import type { BodyFault } from "../http-api/body.ts";
import { declaredBytes } from "../http-api/body.ts";
import { Refusal, type RefusalCode } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { topicName } from "./arguments.ts";
import type { Answer, Call } from "./call.ts";

/** In the answer to `/pub?id=true`, which nsqd does not know: the id that consumers get it under. */
const messageIdHeader = "X-NSQ-Message-Id";
const retryAfter = { "Retry-After": "1" };

export async function publish(call: Call): Promise<Answer> {
  const { ports, held, bodies } = call;
  const bytesMax = ports.options["max-msg-size"];
  if ((declaredBytes(call.request) ?? 0) > bytesMax) return new Refusal("MSG_TOO_BIG");
  // Before the body is read: what is held back waits with the client, not in our memory.
  await held.room();
  const body = await bodies.read(call, bytesMax);
  if (typeof body === "string") return bodyRefusal(body, "MSG_TOO_BIG");
  if (body.length === 0) return new Refusal("MSG_EMPTY");

  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  if (name instanceof Refusal) return name;
  ports.now();
  const topic = ports.broker.ensureTopic(name);
  const delayMs = deferral(query, ports.options["max-req-timeout"]);
  if (delayMs instanceof Refusal) return delayMs;

  // Deferred ones are counted in a log of their own.
  const logOf = () => (delayMs > 0 ? topic.deferred.log : topic.log);
  const before = logOf();
  const tail = before?.tail ?? 0;
  const refused =
    delayMs > 0
      ? topic.putDeferred(body, delayMs, call.client)
      : topic.put(body, viewOf(body), 0, body.length, call.client);
  if (refused !== null) return putAnswer(refused);
  const log = logOf();
  // What an ephemeral topic has no room for is counted, and has no id.
  const isLogged = log !== null && (log !== before || log.tail > tail);
  const id = isLogged && query.get("id") === "true" ? messageId(log.id, log.tail - 1) : null;
  const answer = await whenItCounts(ports.broker, log);
  if (id !== null && answer === "OK") call.response.setHeader(messageIdHeader, id);
  return answer;
}

/** The answer to a publish that went to `log`: of a durable one, when the store has it. */
export async function whenItCounts(broker: Broker, log: Log | null): Promise<Answer> {
  if (!log?.durable) return "OK";
  const isStored = await new Promise<boolean>((resolve) => broker.durable.whenStored(log, resolve));
  return isStored ? "OK" : new Refusal("NOT_STORED", "the store did not take it in time", retryAfter);
}

/** Milliseconds of `defer`; 0 where there is none. */
function deferral(query: Query, msMax: number): number | Refusal {
  const text = query.get("defer");
  if (text === undefined) return 0;
  const ms = Number(text);
  return /^[+-]?\d+$/.test(text) && ms >= 0 && ms <= msMax ? ms : new Refusal("INVALID_DEFER");
}

export function putAnswer(refused: PutRefusal | null): Answer {
  if (refused === null) return "OK";
  if (refused === "unkept") return new Refusal("NOT_STORED", "the database may lose what it confirms");
  return new Refusal("EXITING", "", refused === "full" ? retryAfter : {});
}

export function bodyRefusal(fault: BodyFault, tooBig: RefusalCode): Refusal {
  if (fault === "too-big") return new Refusal(tooBig);
  if (fault === "given-up") return new Refusal("BUSY", "too many uploads at once", retryAfter);
  return new Refusal("INTERNAL_ERROR");
}

/** The view `Topic.put` wants beside the bytes. */
export function viewOf(body: Buffer): DataView {
  return new DataView(body.buffer, body.byteOffset, body.length);
}
