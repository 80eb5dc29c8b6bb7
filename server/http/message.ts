/** `GET /v1/message?topic=&id=&from=&bytes=`: a part of a message's body, as long as this node has it. */
import { frameHeaderBytes, frameWallMs } from "../broker/frame.ts";
import { logOf } from "../broker/lookup-frame.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { type MessageAnswer, messageBytesMax } from "../protocol/node-reads.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";
import { type FoundFrame, withFrame } from "./with-frame.ts";

export async function message(call: Call): Promise<Answer> {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  const id = query.get("id") ?? "";
  const from = numberIn(query, "from", 0);
  const bytes = numberIn(query, "bytes", messageBytesMax);
  if (!/^[0-9a-f]{16}$/.test(id) || from === null || bytes === null)
    return new Refusal("INVALID_REQUEST", "id has 16 hexadecimal digits, from and bytes are numbers");
  const log = logOf(topic, Number.parseInt(id.slice(0, 8), 16));
  const seq = Number.parseInt(id.slice(8), 16);
  if (log === null || seq >= log.tail) return new Refusal("MESSAGE_NOT_FOUND");
  return await withFrame(
    topic,
    log,
    seq,
    (found) => new Json(answerOf(id, found, from, Math.min(bytes, messageBytesMax))),
  );
}

function answerOf(id: string, { frame, where }: FoundFrame, from: number, bytesMax: number): MessageAnswer {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = Math.min(frame.length, frameHeaderBytes + from);
  return {
    ...{ id, where, from },
    publishedAtMs: Math.round(frameWallMs(view, 0)),
    bytes: frame.length - frameHeaderBytes,
    body: frame.toString("base64", start, Math.min(frame.length, start + bytesMax)),
  };
}

function numberIn(query: Query, name: string, standard: number): number | null {
  const text = query.get(name);
  if (text === undefined) return standard;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
