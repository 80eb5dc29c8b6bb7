/**
 * Snappy's framing format: chunks of `| type 1 | length 3, little-endian | data |`, data of two kinds
 * with a checksum in front. A decoder gives a chunk at a time, and looks at what a chunk says it
 * expands to before it expands it.
 */
import { createRequire } from "node:module";
import { crc32c } from "./crc32c.ts";

/** Plain bytes in a chunk, at most, by the format. */
const plainBytesMax = 65_536;
const headerBytes = 4;
const checksumBytes = 4;
/** What 64 KiB can become at worst: the format's own bound, 32 + n + n/6. */
const packedBytesMax = checksumBytes + 32 + plainBytesMax + Math.floor(plainBytesMax / 6);
/** Shorter ones gain nothing: a call of the library costs more than they do. */
const packFromBytes = 64;

const typePacked = 0x00;
const typePlain = 0x01;
const typeSkippableLeast = 0x80;
const typeStreamId = 0xff;
const nothing = Buffer.alloc(0);
const streamId = Buffer.from("ff060000734e61507059", "hex");

type Library = Pick<typeof import("snappy"), "compressSync" | "uncompressSync">;
let library: Library | null = null;

/** Loaded when the first connection wants it: native code that few nodes need, 20 ms of a start. */
function snappy(): Library {
  library ??= createRequire(import.meta.url)("snappy") as Library;
  return library;
}

/** Bytes that are no Snappy stream. */
export class SnappyError extends Error {}

export class SnappyEncoder {
  #begun = false;

  /** `bytes` as chunks, the stream's id in front of the first. */
  encode(bytes: Uint8Array): Buffer {
    const parts: Buffer[] = [];
    if (!this.#begun) parts.push(streamId);
    this.#begun = true;
    for (let at = 0; at < bytes.length; at += plainBytesMax) {
      encodeChunk(bytes.subarray(at, at + plainBytesMax), parts);
    }
    return Buffer.concat(parts);
  }
}

function encodeChunk(plain: Uint8Array, into: Buffer[]): void {
  const packed = plain.length < packFromBytes ? null : snappy().compressSync(plain);
  // As Go's encoder: a gain of less than an eighth is not worth expanding it again.
  const isPacked = packed !== null && packed.length < plain.length - (plain.length >>> 3);
  const data = isPacked ? packed : Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  const head = Buffer.allocUnsafe(headerBytes + checksumBytes);
  head[0] = isPacked ? typePacked : typePlain;
  head.writeUIntLE(checksumBytes + data.length, 1, 3);
  head.writeUInt32LE(maskedChecksum(plain), headerBytes);
  into.push(head, data);
}

/** A stream's bytes as they come to its plain bytes, a chunk at a time. */
export class SnappyDecoder {
  /** What has come and is not expanded: after `next` has returned null, less than a chunk. */
  #rest: Buffer = nothing;
  /** What `#rest` begins, with room behind it; null: it is part of something else. */
  #room: Buffer | null = null;
  #begun = false;

  /** What has come. Only when `next` has returned null, so that no more than one read's worth waits. */
  push(bytes: Buffer): void {
    const kept = this.#rest.length;
    if (kept === 0) {
      this.#rest = bytes;
      return;
    }
    // Room is doubled: a chunk that comes byte by byte is not copied with each of them.
    if (this.#room === null || this.#room.length < kept + bytes.length) {
      const room = Buffer.allocUnsafeSlow(2 * kept + bytes.length);
      this.#rest.copy(room);
      this.#room = room;
    }
    bytes.copy(this.#room, kept);
    this.#rest = this.#room.subarray(0, kept + bytes.length);
  }

  /**
   * The plain bytes of the next chunk that has any; null: more has to come first.
   * @throws SnappyError
   */
  next(): Buffer | null {
    for (;;) {
      const rest = this.#rest;
      if (rest.length < headerBytes) return null;
      const type = rest[0]!;
      const dataBytes = rest.readUIntLE(1, 3);
      this.#check(type, dataBytes);
      const end = headerBytes + dataBytes;
      if (type !== typePacked && type !== typePlain && type !== typeStreamId) {
        if (!this.#skip(end)) return null;
        continue;
      }
      if (rest.length < end) return null;
      this.#keep(rest.subarray(end));
      const data = rest.subarray(headerBytes, end);
      if (type !== typeStreamId) {
        const plain = decodeChunk(type, data);
        if (plain.length > 0) return plain;
      } else if (!data.equals(streamId.subarray(headerBytes))) throw new SnappyError("another stream's id");
      // Also in the middle: pynsq begins a stream with every command.
      else this.#begun = true;
    }
  }

  #check(type: number, dataBytes: number): void {
    if (!this.#begun && type !== typeStreamId) throw new SnappyError("no stream's id in front");
    const isData = type === typePacked || type === typePlain;
    if (!isData && type < typeSkippableLeast) throw new SnappyError(`unknown chunk ${type}`);
    const isWrong = isData
      ? dataBytes < checksumBytes || dataBytes > packedBytesMax
      : type === typeStreamId && dataBytes !== streamId.length - headerBytes;
    if (isWrong) throw new SnappyError(`chunk of ${dataBytes} bytes`);
  }

  /** Leaves padding out, up to 16 MB a chunk, without keeping it. False: not all of it has come. */
  #skip(end: number): boolean {
    const rest = this.#rest;
    if (rest.length >= end) {
      this.#keep(rest.subarray(end));
      return true;
    }
    // What is still to come of it, under the header that it has.
    const shorter = Buffer.from(rest.subarray(0, headerBytes));
    shorter.writeUIntLE(end - rest.length, 1, 3);
    this.#keep(shorter);
    return false;
  }

  #keep(rest: Buffer): void {
    this.#rest = rest;
    this.#room = null;
  }
}

function decodeChunk(type: number, data: Buffer): Buffer {
  const checksum = data.readUInt32LE(0);
  const body = data.subarray(checksumBytes);
  const plain = type === typePlain ? body : expand(body);
  if (plain.length > plainBytesMax) throw new SnappyError(`chunk of ${plain.length} plain bytes`);
  if (maskedChecksum(plain) !== checksum) throw new SnappyError("wrong checksum");
  return plain;
}

function expand(body: Buffer): Buffer {
  const plainBytes = plainBytesOf(body);
  if (plainBytes > plainBytesMax) throw new SnappyError(`chunk of ${plainBytes} plain bytes`);
  if (plainBytes === 0) return body.subarray(0, 0);
  try {
    // Copied into memory that V8 counts: of the library's own it would collect too little, too late.
    return snappy().uncompressSync(body, { copyOutputData: true }) as Buffer;
  } catch (error) {
    throw new SnappyError("corrupt data", { cause: error });
  }
}

/** What the data says in front that it expands to: a number in groups of seven bits, lowest first. */
function plainBytesOf(body: Buffer): number {
  let value = 0;
  for (let at = 0; at < 5 && at < body.length; at++) {
    value += (body[at]! & 0x7f) * 2 ** (7 * at);
    if (body[at]! < 0x80) return value;
  }
  throw new SnappyError("corrupt data");
}

/** Rotated and moved, so that a checksum of checksums does not weaken either. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
