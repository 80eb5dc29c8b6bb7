/**
 * A checkpoint as bytes: names and ranges as varints, the messages that are owed one by one as
 * the typed arrays they are, a CRC-32 at the end. Little-endian, like every machine this runs on.
 */
import { crc32 } from "node:zlib";
import type {
  ChannelCheckpoint,
  ExceptionCheckpoint,
  RangeCheckpoint,
  TopicCheckpoint,
} from "../broker/checkpoint.ts";
import type { Position } from "./segment-files.ts";

const magic = 0x57434b31;

export interface Checkpoint {
  /** Grows from one to the next, over processes too. */
  readonly id: number;
  /** Written when everything had been stored and nothing was done any more. */
  readonly final: boolean;
  /** How far segment files had got: what is before and in no range here is not owed any more. */
  readonly position: Position;
  /** Logs that Postgres may have something of; for all others files have everything there is. */
  readonly postgresLogs: readonly number[];
  readonly topics: readonly TopicCheckpoint[];
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const out = new Writer();
  out.number(magic);
  out.number(checkpoint.id);
  out.number(checkpoint.final ? 1 : 0);
  out.number(checkpoint.position.file);
  out.number(checkpoint.position.offset);
  out.number(checkpoint.postgresLogs.length);
  for (const logId of checkpoint.postgresLogs) out.number(logId);
  out.number(checkpoint.topics.length);
  for (const topic of checkpoint.topics) {
    out.text(topic.name);
    out.ranges(topic.ranges);
    out.exceptions(topic.deferred);
    out.number(topic.channels.length);
    for (const channel of topic.channels) {
      out.text(channel.name);
      out.ranges(channel.ranges);
      out.exceptions(channel.exceptions);
    }
  }
  return out.end();
}

/** null: these are not the bytes of a whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | null {
  const body = bytes.subarray(0, -4);
  const sum = Buffer.from(bytes.subarray(-4));
  if (bytes.length < 8 || sum.readUInt32LE() !== crc32(body)) return null;
  const from = new Reader(body);
  if (from.number() !== magic) return null;
  const id = from.number();
  const final = from.number() === 1;
  const position = { file: from.number(), offset: from.number() };
  const postgresLogs = from.list(() => from.number());
  const topics = from.list((): TopicCheckpoint => {
    const name = from.text();
    const ranges = from.ranges();
    const deferred = from.exceptions();
    const channels = from.list(
      (): ChannelCheckpoint => ({ name: from.text(), ranges: from.ranges(), exceptions: from.exceptions() }),
    );
    return { name, ranges, deferred, channels };
  });
  return { id, final, position, postgresLogs, topics };
}

class Writer {
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
    for (const list of [exceptions.logId, exceptions.seq, exceptions.attempts, exceptions.dueMs]) {
      this.#raw(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), false);
    }
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
class Reader {
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

  /** A copy of its own, so that wider arrays may lie over it. */
  #raw(bytes: number): Uint8Array<ArrayBuffer> {
    const copy = this.#bytes.slice(this.#at, this.#at + bytes) as Uint8Array<ArrayBuffer>;
    this.#at += bytes;
    return copy.byteOffset === 0 && copy.buffer.byteLength === bytes ? copy : new Uint8Array(copy);
  }
}
