/**
 * Request bodies, bounded one by one and all together. When all that are under way pass
 * the budget, the one that has been under way longest is given up: many slow uploads
 * cannot keep others out, nor fill memory.
 */
import type { IncomingMessage } from "node:http";
import type { Call } from "./call.ts";

const bodiesBytesMax = 32 * 1024 * 1024;

/** too-big: longer than asked for. broken: it did not come whole. given-up: too many were under way. */
export type BodyFault = "too-big" | "broken" | "given-up";

/** What the client says it will send; null: it does not say (chunked). */
export function declaredBytes(request: IncomingMessage): number | null {
  if (request.headers["transfer-encoding"] !== undefined) return null;
  return Number(request.headers["content-length"] ?? 0);
}

export class Bodies {
  /** Until their request has been answered; those still being read in the order in which they began. */
  readonly #bodies = new Map<IncomingMessage, Body>();
  #bytes = 0;

  /** Reads the whole body. Declared too long, it is not touched. */
  async read(call: Call, bytesMax: number): Promise<Buffer | BodyFault> {
    const { request, response } = call;
    if ((declaredBytes(request) ?? 0) > bytesMax) return "too-big";
    if (request.destroyed) return "broken";
    if (call.expectsContinue) response.writeContinue();
    const body = new Body(request, bytesMax, (bytes) => this.#grown(bytes));
    this.#bodies.set(request, body);
    return body.whole;
  }

  /** The request has been answered: its body is not needed any more. */
  release(request: IncomingMessage): void {
    this.#bytes -= this.#bodies.get(request)?.bytes ?? 0;
    this.#bodies.delete(request);
  }

  #grown(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= bodiesBytesMax) return;
    for (const body of this.#bodies.values()) if (body.giveUp()) return;
  }
}

class Body {
  readonly whole: Promise<Buffer | BodyFault>;
  bytes = 0;
  readonly #request: IncomingMessage;
  #chunks: Buffer[] = [];
  #ended = false;
  #done!: (result: Buffer | BodyFault) => void;

  constructor(request: IncomingMessage, bytesMax: number, grown: (bytes: number) => void) {
    this.#request = request;
    this.whole = new Promise((resolve) => {
      this.#done = resolve;
    });
    request.on("data", (chunk: Buffer) => {
      if (this.bytes + chunk.length > bytesMax) return this.#end("too-big");
      this.#chunks.push(chunk);
      this.bytes += chunk.length;
      grown(chunk.length);
    });
    request.on("end", () =>
      this.#end(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)),
    );
    request.on("error", () => this.#end("broken"));
    request.on("close", () => this.#end("broken"));
  }

  /** False: it has ended already. */
  giveUp(): boolean {
    if (this.#ended) return false;
    this.#end("given-up");
    return true;
  }

  #end(result: Buffer | BodyFault): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#request.removeAllListeners("data");
    if (typeof result === "string") this.#request.pause();
    this.#chunks = [];
    this.#done(result);
  }
}
