/** CRC-32C (Castagnoli), eight bytes a step: what Snappy's framing checks its data with. */

const polynomial = 0x82f63b78;
const tables = new Int32Array(8 * 256);

for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  tables[byte] = crc;
}
for (let at = 256; at < tables.length; at++) {
  const before = tables[at - 256]!;
  tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
}

/** As an unsigned number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  let at = 0;
  for (const wholeTo = bytes.length - 7; at < wholeTo; at += 8) {
    crc =
      tables[0x700 | ((crc ^ bytes[at]!) & 0xff)]! ^
      tables[0x600 | (((crc >>> 8) ^ bytes[at + 1]!) & 0xff)]! ^
      tables[0x500 | (((crc >>> 16) ^ bytes[at + 2]!) & 0xff)]! ^
      tables[0x400 | ((crc >>> 24) ^ bytes[at + 3]!)]! ^
      tables[0x300 | bytes[at + 4]!]! ^
      tables[0x200 | bytes[at + 5]!]! ^
      tables[0x100 | bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
