/**
 * `GET /v1/tap?topic=`: copies of a topic's messages, a line each, and once a second how many there
 * were and how many were shown. It takes nothing from anyone: what does not fit is left out (TT2, TT3).
 */
import type { ServerResponse } from "node:http";
import { frameHeaderBytes, frameWallMs } from "../broker/frame.ts";
import type { TapReader } from "../broker/tap.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import type { TapLine } from "../protocol/live.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, written } from "./call.ts";
import { lineHeaders } from "./live.ts";

const shownPerSecondMax = 100;
const bodyBytesMax = 64 * 1024;
/** Unread beyond it, nothing more is shown. */
const unreadBytesMax = 256 * 1024;
/** Then the reader is given up. */
const unreadSecondsMax = 30;
const tapsMax = 128;
const secondMs = 1_000;
/** With nothing to say, a tap still says so this often, so that a reader knows that it lives. */
const quietSecondsMax = 10;
const idOffset = 18;

export function tap(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  if (call.taps.full) return new Refusal("TOO_MANY_READERS");
  call.response.writeHead(200, lineHeaders).flushHeaders();
  call.taps.add(topic, call.response);
  return written;
}

/** All taps that are open. */
export class Taps {
  readonly #open = new Set<Watcher>();

  get full(): boolean {
    return this.#open.size >= tapsMax;
  }

  add(topic: Topic, response: ServerResponse): void {
    const watcher = new Watcher(response);
    this.#open.add(watcher);
    const tap = topic.tap(watcher);
    response.on("close", () => {
      this.#open.delete(watcher);
      watcher.end();
      tap.close();
    });
  }

  close(): void {
    for (const watcher of this.#open) watcher.end();
  }
}

class Watcher implements TapReader {
  readonly #response: ServerResponse;
  readonly #timer = setInterval(() => this.#second(), secondMs);
  #seen = 0;
  #shown = 0;
  #quietSeconds = 0;
  #unreadSeconds = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  show(frame: Uint8Array): boolean {
    if (this.#shown >= shownPerSecondMax || this.#response.writableLength > unreadBytesMax) return false;
    this.#seen++;
    this.#shown++;
    this.#write(messageLine(frame));
    return true;
  }

  skip(count: number): void {
    this.#seen += count;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#response.end();
  }

  #second(): void {
    if (this.#response.writableLength > unreadBytesMax) {
      if (++this.#unreadSeconds > unreadSecondsMax) this.#response.destroy();
      return;
    }
    this.#unreadSeconds = 0;
    const seen = this.#seen;
    const shown = this.#shown;
    this.#shown = 0;
    if (seen === shown && ++this.#quietSeconds < quietSecondsMax) {
      this.#seen = 0;
      return;
    }
    this.#seen = 0;
    this.#quietSeconds = 0;
    this.#write({ type: "sampled", seen, shown });
  }

  #write(line: TapLine): void {
    this.#response.write(`${JSON.stringify(line)}\n`);
  }
}

function messageLine(frame: Uint8Array): TapLine {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const shownEnd = Math.min(bytes.length, frameHeaderBytes + bodyBytesMax);
  return {
    type: "message",
    id: bytes.toString("latin1", idOffset, frameHeaderBytes),
    atMs: frameWallMs(view, 0),
    bytes: bytes.length - frameHeaderBytes,
    body: bytes.toString("base64", frameHeaderBytes, shownEnd),
  };
}
