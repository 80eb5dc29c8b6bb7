/**
 * A record of a segment file: a head of 40 bytes, the topic's name, the frames.
 *
 *    0  magic        4  CRC-32 of head and topic      8  CRC-32 of the frames
 *   12  bytes       16  log    20  first    24  end   28  count
 *   32  bytes of topic (u16)   34  loose (u8)         35  zeros
 *
 * The head has a sum of its own, so that a file is walked without reading its frames.
 */
import { crc32 } from "node:zlib";
import type { Block } from "../broker/ports.ts";

export const headBytes = 40;
/** NSQ's names have 64 characters at most; room for what a name may become. */
export const topicBytesMax = 1024;
const magic = 0x57534547;

export interface RecordHead {
  readonly logId: number;
  readonly loose: boolean;
  readonly firstSeq: number;
  readonly endSeq: number;
  readonly count: number;
  readonly topic: string;
  /** Of the frames. */
  readonly bytes: number;
  readonly framesCrc: number;
  /** From the record's start to the frames'. */
  readonly framesOffset: number;
}

/** Head and topic of a record; the frames follow as they are. */
export function encodeHead(topic: string, block: Block): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(headBytes + name.length);
  head.writeUInt32BE(magic, 0);
  head.writeUInt32BE(crc32(block.bytes), 8);
  head.writeUInt32BE(block.bytes.byteLength, 12);
  head.writeUInt32BE(block.logId, 16);
  head.writeUInt32BE(block.firstSeq, 20);
  head.writeUInt32BE(block.endSeq, 24);
  head.writeUInt32BE(block.count, 28);
  head.writeUInt16BE(name.length, 32);
  head.writeUInt8(block.loose ? 1 : 0, 34);
  name.copy(head, headBytes);
  head.writeUInt32BE(crc32(head.subarray(8)), 4);
  return head;
}

/** null: these bytes do not begin a whole head. */
export function decodeHead(bytes: Buffer): RecordHead | null {
  if (bytes.length < headBytes || bytes.readUInt32BE(0) !== magic) return null;
  const topicBytes = bytes.readUInt16BE(32);
  const framesOffset = headBytes + topicBytes;
  if (topicBytes > topicBytesMax || bytes.length < framesOffset) return null;
  if (crc32(bytes.subarray(8, framesOffset)) !== bytes.readUInt32BE(4)) return null;
  return {
    logId: bytes.readUInt32BE(16),
    loose: bytes.readUInt8(34) === 1,
    firstSeq: bytes.readUInt32BE(20),
    endSeq: bytes.readUInt32BE(24),
    count: bytes.readUInt32BE(28),
    topic: bytes.toString("utf8", headBytes, framesOffset),
    bytes: bytes.readUInt32BE(12),
    framesCrc: bytes.readUInt32BE(8),
    framesOffset,
  };
}
