/**
 * What checkpoints and flushes are made of: whole numbers as varints, texts, ranges, lists of messages as the typed
 * arrays they are, and a CRC-32 at the end. Little-endian, like every machine this runs on.
 */
import { crc32 } from "node:zlib";
import type { ExceptionCheckpoint, RangeCheckpoint } from "../broker/checkpoint.ts";

/** null: the sum is not that of these bytes. */
export function withoutSum(bytes: Uint8Array): Uint8Array | null {
  const body = bytes.subarray(0, -4);
  const sum = Buffer.from(bytes.subarray(-4));
  return bytes.length < 8 || sum.readUInt32LE() !== crc32(body) ? null : body;
}

/** Grows as it is written to. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #at = 0;

  /** A whole number below 2^53, seven bits a byte. */
  number(value: number): void {
    this.#room(8);
    while (value >= 128) {
      this.#bytes[this.#at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#at++] = value;
  }

  list<T>(items: readonly T[], one: (item: T) => void): void {
    this.number(items.length);
    for (const item of items) one(item);
  }

  text(text: string): void {
    this.#raw(Buffer.from(text), true);
  }

  ranges(ranges: readonly RangeCheckpoint[]): void {
    this.number(ranges.length);
    for (const range of ranges) {
      this.number(range.logId);
      this.number(range.from);
      this.number(range.to);
    }
  }

  exceptions(exceptions: ExceptionCheckpoint): void {
    this.number(exceptions.seq.length);
    for (const list of [exceptions.logId, exceptions.seq, exceptions.attempts, exceptions.dueMs])
      this.array(list);
  }

  /** As it lies in memory; its length has to be known to whoever reads it. */
  array(list: Uint32Array | Uint16Array | Float64Array): void {
    this.#raw(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), false);
  }

  end(): Uint8Array {
    this.#room(4);
    this.#bytes.writeUInt32LE(crc32(this.#bytes.subarray(0, this.#at)), this.#at);
    return this.#bytes.subarray(0, this.#at + 4);
  }

  #raw(bytes: Uint8Array, sized: boolean): void {
    if (sized) this.number(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Of bytes whose sum was right: what they say is what was written. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    return Buffer.from(this.#raw(this.number())).toString();
  }

  list<T>(one: () => T): T[] {
    return Array.from({ length: this.number() }, one);
  }

  ranges(): RangeCheckpoint[] {
    return this.list(() => ({ logId: this.number(), from: this.number(), to: this.number() }));
  }

  exceptions(): ExceptionCheckpoint {
    const count = this.number();
    return {
      logId: new Uint32Array(this.#raw(count * 4).buffer),
      seq: new Uint32Array(this.#raw(count * 4).buffer),
      attempts: new Uint16Array(this.#raw(count * 2).buffer),
      dueMs: new Float64Array(this.#raw(count * 8).buffer),
    };
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.#raw(count * 4).buffer);
  }

  /** A copy of its own, so that wider arrays may lie over it. */
  #raw(bytes: number): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(this.#at, this.#at + bytes) as Uint8Array<ArrayBuffer>;
    this.#at += bytes;
    return copy.byteOffset === 0 && copy.buffer.byteLength === bytes ? copy : new Uint8Array(copy);
  }
}
