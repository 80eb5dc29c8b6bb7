/**
 * Buffers in which large commands are gathered. They grow with what has arrived, never
 * with what was claimed, and go back here when their command is done: what an idle
 * connection keeps is next to nothing.
 */

const leastBytes = 16 * 1024;
/** One buffer of each doubling up to this size is kept for whoever needs it next. */
const keptBytesMax = 256 * 1024;
/** And one larger: a client that sends one large body after another would have each taken from the system anew. */
const largeBytesMax = 8 * 1024 * 1024;

const kept: (Buffer | null)[] = [];
let large: Buffer | null = null;

/** Of what was claimed, so many times what has arrived is believed: a large body that comes fast is never copied. */
const believedTimes = 16;

/**
 * A buffer for `arrivedBytes` now and at most `needBytes` in the end. What is not written to yet takes no memory but
 * in the accounts, and these must not be filled by claims alone.
 */
export function takeSpare(arrivedBytes: number, needBytes: number): Buffer {
  const bytes = Math.max(leastBytes, Math.min(needBytes, believedTimes * arrivedBytes));
  if (bytes > keptBytesMax) return takeLarge(bytes);
  const doublings = Math.ceil(Math.log2(bytes / leastBytes));
  const spare = kept[doublings] ?? null;
  kept[doublings] = null;
  return spare ?? Buffer.allocUnsafeSlow(leastBytes << doublings);
}

export function giveSpare(spare: Buffer): void {
  if (spare.length <= keptBytesMax) kept[Math.log2(spare.length / leastBytes)] = spare;
  else if (spare.length <= largeBytesMax && spare.length > (large?.length ?? 0)) large = spare;
}

function takeLarge(bytes: number): Buffer {
  if (large === null || large.length < bytes) return Buffer.allocUnsafeSlow(bytes);
  const taken = large;
  large = null;
  return taken;
}
