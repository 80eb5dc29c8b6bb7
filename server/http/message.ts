/** `GET /v1/message?topic=&id=&from=&bytes=`: a part of a message's body, as long as this node has it. */
import { frameHeaderBytes, frameWallMs } from "../broker/frame.ts";
import { frameInMemory, frameInStore, logOf } from "../broker/lookup-frame.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery, type Query } from "../http-api/target.ts";
import { type MessageAnswer, messageBytesMax } from "../protocol/node-reads.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, Json } from "./call.ts";

/** Reads of the store for whoever looks, at a time: what consumers wait for goes before. */
const readsMax = 4;
const storeMsMax = 3_000;
let reading = 0;

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
  const answer = (frame: Uint8Array, where: MessageAnswer["where"]) =>
    new Json(answerOf(id, frame, where, from, Math.min(bytes, messageBytesMax)));
  const held = frameInMemory(topic, log, seq);
  if (held !== null) return answer(held, "memory");
  if (reading >= readsMax) return new Refusal("BUSY");
  reading++;
  try {
    const stored = await new Promise<Uint8Array | null | undefined>((resolve) => {
      const late = setTimeout(() => resolve(undefined), storeMsMax);
      frameInStore(topic, log, seq, (frame) => {
        clearTimeout(late);
        resolve(frame);
      });
    });
    if (stored === undefined) return new Refusal("UNAVAILABLE", "the store does not answer");
    return stored === null ? new Refusal("MESSAGE_NOT_FOUND") : answer(stored, "store");
  } finally {
    reading--;
  }
}

function answerOf(
  id: string,
  frame: Uint8Array,
  where: MessageAnswer["where"],
  from: number,
  bytesMax: number,
): MessageAnswer {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = Math.min(bytes.length, frameHeaderBytes + from);
  return {
    ...{ id, where, from },
    publishedAtMs: Math.round(frameWallMs(view, 0)),
    bytes: bytes.length - frameHeaderBytes,
    body: bytes.toString("base64", start, Math.min(bytes.length, start + bytesMax)),
  };
}

function numberIn(query: Query, name: string, standard: number): number | null {
  const text = query.get(name);
  if (text === undefined) return standard;
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
