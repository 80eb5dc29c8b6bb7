/** Messages as the frames they came in, one after another in one run of bytes. */
import type { Message } from "../../../client/node/index.ts";

const headBytes = 34;
const messageFrame = 2;

export class FrameBatch {
  bytes = 0;
  /** Of the one that is taken back first. */
  remainingMs = Number.POSITIVE_INFINITY;
  readonly #messages: Message[] = [];

  get count(): number {
    return this.#messages.length;
  }

  add(message: Message): void {
    this.bytes += headBytes + message.body.length;
    this.remainingMs = Math.min(this.remainingMs, message.remainingMs);
    this.#messages.push(message);
  }

  take(): Buffer {
    const out = Buffer.allocUnsafe(this.bytes);
    let at = 0;
    for (const { body, timestampNs, attempts, id } of this.#messages) {
      out.writeUInt32BE(headBytes - 4 + body.length, at);
      out.writeUInt32BE(messageFrame, at + 4);
      out.writeBigInt64BE(timestampNs, at + 8);
      out.writeUInt16BE(attempts, at + 16);
      out.write(id, at + 18, 16, "latin1");
      out.set(body, at + headBytes);
      at += headBytes + body.length;
    }
    return out;
  }
}
