/** Values as Go's `flag` package reads them, and its words for those it does not. */

/** Why a text is no value of its option. Says nothing of the text itself, which may be a secret. */
export class ValueError extends Error {}

const bools: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false])),
};

export function parseBool(text: string): boolean {
  const value = Object.hasOwn(bools, text) ? bools[text] : undefined;
  if (value === undefined) throw new ValueError("parse error");
  return value;
}

/** Decimal, `0x`, `0o`, `0b` or a leading 0 for octal; `_` between digits. */
export function parseInteger(text: string): number {
  const match = /^([+-]?)(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][\d_]*)$/.exec(text);
  if (match === null) throw new ValueError("parse error");
  const digits = match[2]!.replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
  const value = Number(digits) * (match[1] === "-" ? -1 : 1);
  if (Number.isNaN(value)) throw new ValueError("parse error");
  if (!Number.isSafeInteger(value)) throw new ValueError("value out of range");
  return value === 0 ? 0 : value;
}

const msIn: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** `1h2m3s`, `250ms`, `1.5s`, `0`; a unit is mandatory. Returns milliseconds. */
export function parseDuration(text: string): number {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) throw new ValueError("parse error");
  const sign = match[1] === "-" ? -1 : 1;
  let sumMs = 0;
  for (const [, amount, unit] of match[2]!.matchAll(/([\d.]+)([^\d.]+)/g))
    sumMs += Number(amount) * msIn[unit!]!;
  return sumMs === 0 ? 0 : sign * sumMs;
}

const shownUnits = [
  ["s", 1e9],
  ["ms", 1e6],
  ["µs", 1e3],
] as const;

/** `1h2m3.5s`, `45.123µs`, `0s`, as Go prints it, from milliseconds. */
export function goDuration(ms: number): string {
  const ns = Math.round(ms * 1e6);
  if (ns === 0) return "0s";
  if (ns < 0) return `-${goDuration(-ms)}`;
  if (ns < 1_000) return `${ns}ns`;
  if (ns < 60e9) {
    const [unit, size] = shownUnits.find(([, size]) => ns >= size)!;
    return `${decimal(ns, size)}${unit}`;
  }
  const minutes = Math.floor(ns / 60e9);
  const hours = Math.floor(minutes / 60);
  return `${hours > 0 ? `${hours}h` : ""}${minutes % 60}m${decimal(ns % 60e9, 1e9)}s`;
}

/** As short as it is exact. */
function decimal(ns: number, size: number): string {
  const digits = String(size).length - 1;
  const fraction = String(ns % size)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return `${Math.floor(ns / size)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** `0.25`, `1e-3` */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new ValueError("parse error");
  return value;
}

/** `0.5,0.99` */
export function parseFloats(text: string): number[] {
  return text.split(",").map(parseNumber);
}
