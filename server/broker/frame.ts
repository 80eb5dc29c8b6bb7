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
export const frameHeaderBytes = 34;
export const attemptsOffset = 16;
const timestampOffset = 8;
const sequenceOffset = 26;
const frameTypeMessage = 2;

/** Four hexadecimal digits as a 32-bit word, by 16-bit value. */
const hexWords = new Uint32Array(65_536);
for (let value = 0; value < 65_536; value++) {
  const digits = value.toString(16).padStart(4, "0");
  for (let i = 0; i < 4; i++) hexWords[value] = (hexWords[value]! << 8) | digits.charCodeAt(i);
}

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
 * Copies a body between buffers. Up to 1 KB word by word: a call of `copy` costs
 * more than the bytes it moves there.
 */
export function copyBody(
  source: Buffer,
  sourceView: DataView,
  from: number,
  target: Buffer,
  targetView: DataView,
  to: number,
  bytes: number,
): void {
  if (bytes > 1024) {
    source.copy(target, to, from, from + bytes);
    return;
  }
  const wordsEnd = from + (bytes & ~7);
  const end = from + bytes;
  for (; from < wordsEnd; from += 8, to += 8) {
    targetView.setBigUint64(to, sourceView.getBigUint64(from));
  }
  while (from < end) target[to++] = source[from++]!;
}

/** Bytes of the whole frame that starts at `at`. */
export function frameBytes(view: DataView, at: number): number {
  return view.getUint32(at) + 4;
}

/** When the message was published: milliseconds since 1970. */
export function frameWallMs(view: DataView, at: number): number {
  return (
    (view.getUint32(at + timestampOffset) * 4_294_967_296 + view.getUint32(at + timestampOffset + 4)) / 1e6
  );
}

/** The sequence in the id of the frame that starts at `at`. */
export function frameSeq(view: DataView, at: number): number {
  return hexValue(view, at + sequenceOffset);
}

/**
 * Eight lower-case hexadecimal digits as a number; -1 for anything else. FIN,
 * REQ and TOUCH decode ids with it, so it neither allocates nor branches much.
 */
export function hexValue(view: DataView, at: number): number {
  const first = view.getUint32(at);
  const second = view.getUint32(at + 4);
  let high = (first & 0x0f0f0f0f) + 9 * ((first >>> 6) & 0x01010101);
  let low = (second & 0x0f0f0f0f) + 9 * ((second >>> 6) & 0x01010101);
  high |= high >>> 4;
  low |= low >>> 4;
  const highValue = ((high >>> 8) & 0xff00) | (high & 0xff);
  const lowValue = ((low >>> 8) & 0xff00) | (low & 0xff);
  if (hexWords[highValue] !== first || hexWords[lowValue] !== second) return -1;
  return ((highValue << 16) | lowValue) >>> 0;
}

/** The 16 characters by which clients know a message. */
export function messageId(logId: number, seq: number): string {
  return logId.toString(16).padStart(8, "0") + seq.toString(16).padStart(8, "0");
}
