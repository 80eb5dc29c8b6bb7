/** NSQ's message frames, and the packing of bodies that are published: bytes to meaning and back. */

const typeAt = 4;
const timestampAt = 8;
const attemptsAt = 16;
const idAt = 18;
const bodyAt = 34;
const messageFrame = 2;
const sizeBytes = 4;

export interface MessageFrame {
  readonly timestampNs: bigint;
  readonly attempts: number;
  /** 16 characters. */
  readonly id: string;
  /** Views into the bytes it came in. */
  readonly body: Uint8Array;
}

/** Throws a `RangeError` for what no console sends. */
export function readMessageFrames(bytes: Uint8Array): MessageFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: MessageFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + sizeBytes + view.getUint32(at);
    if (end > bytes.length || end < at + bodyAt || view.getUint32(at + typeAt) !== messageFrame)
      throw new RangeError(`no message frame at byte ${at}`);
    frames.push({
      timestampNs: view.getBigInt64(at + timestampAt),
      attempts: view.getUint16(at + attemptsAt),
      id: String.fromCharCode(...bytes.subarray(at + idAt, at + bodyAt)),
      body: bytes.subarray(at + bodyAt, end),
    });
    at = end;
  }
  return frames;
}

export function packBodies(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(bodies.reduce((sum, body) => sum + sizeBytes + body.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const body of bodies) {
    view.setUint32(at, body.length);
    packed.set(body, at + sizeBytes);
    at += sizeBytes + body.length;
  }
  return packed;
}

/** At most `most` views; null: that is no packing of bodies. */
export function unpackBodies(packed: Uint8Array, most: number): Uint8Array[] | null {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const bodies: Uint8Array[] = [];
  let at = 0;
  while (at < packed.length) {
    if (bodies.length === most || at + sizeBytes > packed.length) return null;
    const from = at + sizeBytes;
    at = from + view.getUint32(at);
    if (at > packed.length) return null;
    bodies.push(packed.subarray(from, at));
  }
  return bodies;
}
