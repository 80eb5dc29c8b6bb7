/**
 * A message as it lies in a slab, in a block and on the wire, all the same bytes:
 *
 *   0        4        8                16         18              34
 *   | size   | type=2 | timestamp, ns  | attempts | id, 16 hex    | body ...
 *   | uint32 | uint32 | int64          | uint16   | log, sequence |
 *
 * `size` counts everything after itself. The id is the log's id and the
 * message's sequence in it, each as eight lower-case hexadecimal digits.
 */
import { hexId, hexWords } from "../protocol/message-id.ts";
import { wallMsOf } from "./time.ts";

export const frameHeaderBytes = 34;
export const attemptsOffset = 16;
const timestampOffset = 8;
const sequenceOffset = 26;
const frameTypeMessage = 2;

export function writeHeader(
  view: DataView,
  at: number,
  bodyBytes: number,
  timestampHigh: number,
  timestampLow: number,
  logId: number,
  seq: number,
): void {
  view.setUint32(at, frameHeaderBytes - 4 + bodyBytes);
  view.setUint32(at + 4, frameTypeMessage);
  view.setUint32(at + 8, timestampHigh);
  view.setUint32(at + 12, timestampLow);
  view.setUint16(at + attemptsOffset, 1);
  view.setUint32(at + 18, hexWords[logId >>> 16]!);
  view.setUint32(at + 22, hexWords[logId & 0xffff]!);
  view.setUint32(at + 26, hexWords[seq >>> 16]!);
  view.setUint32(at + 30, hexWords[seq & 0xffff]!);
}

/**
 * From here on the runtime's own copy is faster than four words at a time (measured on 20 to
 * 1,000 bytes: 17 against 26 ns for 200, 31 against 28 for 400).
 */
const copiedInWordsMax = 384;

/** Copies a body between buffers: short ones in words, since a call of `copy` costs more than the bytes it moves. */
export function copyBody(
  source: Buffer,
  sourceView: DataView,
  from: number,
  target: Buffer,
  targetView: DataView,
  to: number,
  bytes: number,
): void {
  if (bytes > copiedInWordsMax) {
    source.copy(target, to, from, from + bytes);
    return;
  }
  const end = from + bytes;
  const fourWordsEnd = from + (bytes & ~31);
  const wordsEnd = from + (bytes & ~7);
  for (; from < fourWordsEnd; from += 32, to += 32) {
    targetView.setBigUint64(to, sourceView.getBigUint64(from, true), true);
    targetView.setBigUint64(to + 8, sourceView.getBigUint64(from + 8, true), true);
    targetView.setBigUint64(to + 16, sourceView.getBigUint64(from + 16, true), true);
    targetView.setBigUint64(to + 24, sourceView.getBigUint64(from + 24, true), true);
  }
  for (; from < wordsEnd; from += 8, to += 8) {
    targetView.setBigUint64(to, sourceView.getBigUint64(from, true), true);
  }
  while (from < end) target[to++] = source[from++]!;
}

/** Bytes of the whole frame that starts at `at`. */
export function frameBytes(view: DataView, at: number): number {
  return view.getUint32(at) + 4;
}

/** When the message was published: milliseconds since 1970. */
export function frameWallMs(view: DataView, at: number): number {
  return wallMsOf(view.getUint32(at + timestampOffset), view.getUint32(at + timestampOffset + 4));
}

/** The same of a frame on its own. */
export function frameTimeMs(frame: Buffer): number {
  return wallMsOf(frame.readUInt32BE(timestampOffset), frame.readUInt32BE(timestampOffset + 4));
}

/** The sequence in the id of the frame that starts at `at`. */
export function frameSeq(view: DataView, at: number): number {
  return hexId(view, at + sequenceOffset);
}

/** The 16 characters by which clients know a message. */
export function messageId(logId: number, seq: number): string {
  return logId.toString(16).padStart(8, "0") + seq.toString(16).padStart(8, "0");
}
