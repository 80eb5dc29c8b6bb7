/** How Go writes and reads what NSQ's clients see: quoted strings and numbers. */

const goEscapes: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};
const goDurationMsMax = 9_223_372_036_854;
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** `%q` of a binary string (one character a byte): the result is one, too. */
export function goQuote(binary: string): string {
  const bytes = Buffer.from(binary, "latin1");
  let quoted = '"';
  for (let i = 0; i < bytes.length; ) {
    const length = utf8Length(bytes, i);
    const character = bytes.toString("utf8", i, i + length);
    const escaped = goEscapes[character];
    if (escaped !== undefined) quoted += escaped;
    else if (length === 1 && (bytes[i]! < 0x20 || bytes[i]! >= 0x7f)) quoted += `\\x${hex(bytes[i]!, 2)}`;
    else if (printable.test(character)) quoted += bytes.toString("latin1", i, i + length);
    else {
      const point = character.codePointAt(0)!;
      quoted += point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
    }
    i += length;
  }
  return `${quoted}"`;
}

/** Bytes of the character that begins at `at`; 1 for what is not UTF-8. */
function utf8Length(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  if (length === 1 || at + length > bytes.length) return 1;
  const character = bytes.subarray(at, at + length);
  return Buffer.from(character.toString("utf8"), "utf8").equals(character) ? length : 1;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/**
 * Unsigned decimal digits as NSQ reads them: 64 bits that wrap silently, "" is 0. Null for
 * anything that is not digits. A bigint where a number would not be exact, since errors repeat it.
 */
export function parseDecimal(text: string): number | bigint | null {
  if (!/^[0-9]*$/.test(text)) return null;
  if (text.length <= 15) return Number(text);
  const wrapped = BigInt.asUintN(64, BigInt(text));
  return wrapped <= Number.MAX_SAFE_INTEGER ? Number(wrapped) : wrapped;
}

/** What Go's `int64(n)` makes of 64 bits without a sign. */
export function signed(value: number | bigint): number | bigint {
  return typeof value === "bigint" ? BigInt.asIntN(64, value) : value;
}

/** Milliseconds as Go keeps them, as nanoseconds in 64 signed bits that wrap: too many may be negative. */
export function goDurationMs(ms: number | bigint): number {
  if (ms <= goDurationMsMax) return Number(ms);
  return Number(BigInt.asIntN(64, BigInt(ms) * 1_000_000n)) / 1e6;
}
