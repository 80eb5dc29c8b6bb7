/**
 * `GET /v1/tap?topic=&filter=`: copies of a topic's messages, a line each, and once a second how many there
 * were and how many were shown. It takes nothing from anyone: what does not fit is left out (TT2, TT3).
 */
import type { ServerResponse } from "node:http";
import type { AuditRing } from "../broker/audit-ring.ts";
import { frameHeaderBytes, frameWallMs } from "../broker/frame.ts";
import type { TapReader } from "../broker/tap.ts";
import type { Topic } from "../broker/topic.ts";
import { Refusal } from "../http-api/errors.ts";
import { parseQuery } from "../http-api/target.ts";
import type { TapLine } from "../protocol/live.ts";
import { existingTopic, topicName } from "./arguments.ts";
import { type Answer, type Call, written } from "./call.ts";
import { lineHeaders } from "./live.ts";
import { SampledLines } from "./sampled-lines.ts";
import { FilterTime, type Matcher, matcherOf } from "./tap-matcher.ts";

const bodyBytesMax = 64 * 1024;
/** Frames that a filter looks at in one turn. */
const lookedPerTurnMax = 1_024;
const tapsMax = 128;
const lookEveryMs = 250;
const idOffset = 18;

export function tap(call: Call): Answer {
  const query = parseQuery(call.rawQuery);
  if (query instanceof Refusal) return query;
  const name = topicName(query);
  const topic = name instanceof Refusal ? name : existingTopic(call, name);
  if (topic instanceof Refusal) return topic;
  const wanted = query.get("filter") ?? "";
  const matcher = wanted === "" ? null : matcherOf(wanted);
  if (wanted !== "" && matcher === null)
    return new Refusal("INVALID_FILTER", "a text, /an expression of RE2/ or $.path = value, not too long");
  if (call.taps.full) return new Refusal("TOO_MANY_READERS");
  call.response.writeHead(200, lineHeaders).flushHeaders();
  call.taps.add(topic, call.response, matcher);
  return written;
}

/** All taps that are open. */
export class Taps {
  readonly #open = new Set<{ end(): void }>();
  readonly #time = new FilterTime();

  get full(): boolean {
    return this.#open.size >= tapsMax;
  }

  add(topic: Topic, response: ServerResponse, matcher: Matcher | null): void {
    const watcher = new Watcher(response, matcher, this.#time);
    this.#open.add(watcher);
    const tap = topic.tap(watcher);
    response.on("close", () => {
      this.#open.delete(watcher);
      watcher.end();
      tap.close();
    });
  }

  /** Of what happens to messages: `look` is called a few times a second, and before the ring gives records back. */
  watch(ring: AuditRing, response: ServerResponse, look: () => void, end: () => void): void {
    const watcher = { end };
    this.#open.add(watcher);
    const timer = setInterval(look, lookEveryMs);
    ring.onDrain.add(look);
    response.on("close", () => {
      clearInterval(timer);
      ring.onDrain.delete(look);
      this.#open.delete(watcher);
      end();
    });
  }

  close(): void {
    for (const watcher of this.#open) watcher.end();
  }
}

class Watcher implements TapReader {
  readonly perTurnMax?: number;
  readonly #lines: SampledLines;
  readonly #matcher: Matcher | null;
  readonly #time: FilterTime;

  constructor(response: ServerResponse, matcher: Matcher | null, time: FilterTime) {
    this.#lines = new SampledLines(response, matcher !== null);
    this.#matcher = matcher;
    this.#time = time;
    if (matcher !== null) this.perTurnMax = lookedPerTurnMax;
  }

  show(frame: Uint8Array): boolean {
    if (this.#matcher !== null) return this.#look(frame, this.#matcher);
    if (this.#lines.isFull) return false;
    this.#lines.show(messageLine(frame));
    return true;
  }

  skip(count: number): void {
    if (this.#matcher === null) this.#lines.leaveOut(count);
    else this.#lines.passUnlooked(count);
  }

  end(): void {
    this.#lines.end();
  }

  #look(frame: Uint8Array, matcher: Matcher): boolean {
    if (this.#time.isUp) return false;
    const begunMs = performance.now();
    const isWanted = matcher.matches(frame);
    this.#time.spend(performance.now() - begunMs);
    if (!isWanted) this.#lines.pass();
    else if (this.#lines.isFull) this.#lines.leaveOut(1);
    else this.#lines.show(messageLine(frame));
    return true;
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
