/** Durations and times as Go prints them. */

const units = [
  ["s", 1e9],
  ["ms", 1e6],
  ["µs", 1e3],
] as const;

/** `1h2m3.5s`, `45.123µs`, `0s`, from milliseconds. */
export function goDuration(ms: number): string {
  const ns = Math.round(ms * 1e6);
  if (ns === 0) return "0s";
  if (ns < 1_000) return `${ns}ns`;
  if (ns < 60e9) {
    const [unit, size] = units.find(([, size]) => ns >= size)!;
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

/** `2006-01-02T15:04:05+01:00`, local time. */
export function rfc3339(atMs: number): string {
  const at = new Date(atMs);
  const offset = -at.getTimezoneOffset();
  const local = new Date(atMs + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
