/**
 * NSQ's frames, decoded by hand for the tests. Shares nothing with
 * server/protocol on purpose: a mistake there must not be repeated here.
 */

export type Frame =
  | { readonly type: "response" | "error"; readonly text: string }
  | { readonly type: "message"; readonly message: Message };

export interface Message {
  /** Nanoseconds since 1970, as published. */
  readonly timestampNs: bigint;
  readonly attempts: number;
  /** 16 characters. */
  readonly id: string;
  readonly body: Buffer;
}

const frameTypes = ["response", "error", "message"] as const;
const messageHeaderBytes = 8 + 2 + 16;
// The largest message any test sends is far below; more means that we have lost our place in the stream.
const frameBytesMax = 64 * 1024 * 1024;

export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0);

  /** Bytes of a frame that is not complete yet. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Throws when the bytes cannot be frames. */
  push(bytes: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    while (this.#pending.length - at >= 4) {
      const size = this.#pending.readInt32BE(at);
      if (size < 4 || size > frameBytesMax) throw new Error(`frame of ${size} bytes`);
      if (this.#pending.length - at < 4 + size) break;
      frames.push(decodeFrame(this.#pending.subarray(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }
}

/** `bytes`: frame type and data, without the size in front. */
function decodeFrame(bytes: Buffer): Frame {
  const type = frameTypes[bytes.readInt32BE(0)];
  const data = bytes.subarray(4);
  if (type === undefined) throw new Error(`frame type ${bytes.readInt32BE(0)}`);
  if (type !== "message") return { type, text: data.toString("utf8") };
  if (data.length < messageHeaderBytes) throw new Error(`message of ${data.length} bytes`);
  const message = {
    timestampNs: data.readBigInt64BE(0),
    attempts: data.readUInt16BE(8),
    id: data.toString("latin1", 10, 26),
    body: Buffer.from(data.subarray(messageHeaderBytes)),
  };
  return { type, message };
}
