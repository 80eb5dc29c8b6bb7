/** Long responses written in slices: the loop is never held up by them, and a reader that does not read is given up. */
import type { ServerResponse } from "node:http";
import { type Answer, type Call, written } from "./call.ts";
import type { Turns } from "./turns.ts";

const chunkChars = 32 * 1024;
/** Pieces between two looks at the clock. */
const lookEvery = 16;
/** How long a reader may take nothing before it is given up. */
export const stalledMsDefault = 10_000;

/** Answers with what may be long: whole when it is not. */
export async function writeStream(call: Call, type: string, pieces: Iterable<string>): Promise<Answer> {
  const { response, turns, stalledMs } = call;
  const headers = { "Content-Type": type, "X-Nsq-Content-Type": "nsq; version=1.0" };
  for await (const { chunk, last } of sliced(turns, pieces)) {
    if (!response.headersSent) {
      const whole = last && { "Content-Length": Buffer.byteLength(chunk) };
      response.writeHead(200, { ...headers, ...whole });
    }
    if (last) response.end(chunk);
    else if (!(await writeChunk(response, chunk, stalledMs))) break;
  }
  return written;
}

/** Writes into a response that goes on. False: the reader is gone. */
export async function writePieces(
  response: ServerResponse,
  { turns, stalledMs }: { readonly turns: Turns; readonly stalledMs: number },
  pieces: Iterable<string>,
): Promise<boolean> {
  for await (const { chunk } of sliced(turns, pieces)) {
    if (!(await writeChunk(response, chunk, stalledMs))) return false;
  }
  return true;
}

interface Chunk {
  readonly chunk: string;
  readonly last: boolean;
}

async function* sliced(turns: Turns, pieces: Iterable<string>): AsyncIterable<Chunk> {
  const slice = turns.begin();
  let chunk = "";
  let count = 0;
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= chunkChars) {
      yield { chunk, last: false };
      chunk = "";
    }
    if (++count % lookEvery === 0 && slice.due) await slice.rest();
  }
  yield { chunk, last: true };
}

async function writeChunk(response: ServerResponse, chunk: string, stalledMs: number): Promise<boolean> {
  if (response.destroyed) return false;
  if (!response.write(chunk)) await drained(response, stalledMs);
  return !response.destroyed;
}

function drained(response: ServerResponse, stalledMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stalled = setTimeout(() => response.destroy(), stalledMs);
    const done = () => {
      clearTimeout(stalled);
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
