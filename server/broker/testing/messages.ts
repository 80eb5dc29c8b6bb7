/** Frames taken apart by hand: by none of the code under test. */

export interface SeenMessage {
  readonly logId: number;
  readonly seq: number;
  readonly id: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  readonly body: Buffer;
}

/** The complete frames in `bytes`; throws when they are not message frames from end to end. Bodies are views. */
export function messagesIn(bytes: Uint8Array): SeenMessage[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: SeenMessage[] = [];
  for (let at = 0; at < buffer.length; ) {
    const size = buffer.readUInt32BE(at);
    const type = buffer.readUInt32BE(at + 4);
    if (type !== 2 || at + 4 + size > buffer.length) throw new Error(`not a message frame at ${at}`);
    const id = buffer.toString("latin1", at + 18, at + 34);
    if (!/^[0-9a-f]{16}$/.test(id)) throw new Error(`not an id: ${id}`);
    messages.push({
      id,
      logId: Number.parseInt(id.slice(0, 8), 16),
      seq: Number.parseInt(id.slice(8), 16),
      attempts: buffer.readUInt16BE(at + 16),
      wallMs: Number(buffer.readBigUInt64BE(at + 8)) / 1e6,
      body: buffer.subarray(at + 34, at + 4 + size),
    });
    at += 4 + size;
  }
  return messages;
}
