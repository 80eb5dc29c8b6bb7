/**
 * A message's id on the wire: the id of its log and its sequence there, each as eight
 * lower-case hexadecimal digits.
 */
const digitsWithoutCase = 0x0f0f0f0f;
const isLetter = 0x01010101;

/** Four hexadecimal digits as the 32-bit word they are on the wire, by value. */
export const hexWords = new Uint32Array(65_536);
for (let value = 0; value < hexWords.length; value++) {
  const digits = value.toString(16).padStart(4, "0");
  for (let i = 0; i < 4; i++) hexWords[value] = (hexWords[value]! << 8) | digits.charCodeAt(i);
}

/**
 * Eight digits at `at` as a number; -1 for anything but lower-case hexadecimal. FIN, REQ and
 * TOUCH decode ids with it: no string, no allocation, one comparison at the end.
 */
export function hexId(view: DataView, at: number): number {
  const first = view.getUint32(at);
  const second = view.getUint32(at + 4);
  let high = (first & digitsWithoutCase) + 9 * ((first >>> 6) & isLetter);
  let low = (second & digitsWithoutCase) + 9 * ((second >>> 6) & isLetter);
  high |= high >>> 4;
  low |= low >>> 4;
  const highValue = ((high >>> 8) & 0xff00) | (high & 0xff);
  const lowValue = ((low >>> 8) & 0xff00) | (low & 0xff);
  if (hexWords[highValue] !== first || hexWords[lowValue] !== second) return -1;
  return ((highValue << 16) | lowValue) >>> 0;
}
