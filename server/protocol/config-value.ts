/** What `/config/:opt` shows of an option: under its key in a file, in the units and numbers of NSQ. */

/** Of a row of an options table. */
export interface ConfigRow {
  readonly kind: string;
  /** The key in a file, where it is not the name with `_` for `-`. */
  readonly fileKey?: string;
  readonly secret?: true;
}

export const nsPerMs = 1e6;
/** `log_level` is shown as its place in this list, counted from 1. */
export const logLevels = ["debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

const tlsRequiredNumbers: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [false, 0],
  ["tcp-https", 1],
  [true, 2],
]);
const tlsVersionNumbers: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["tls1.0", 0x301],
  ["tls1.1", 0x302],
  ["tls1.2", 0x303],
  ["tls1.3", 0x304],
]);
/** Flags that are no options of a running program. */
export const hidden: ReadonlySet<string> = new Set(["config", "version", "verbose", "worker-id", "new-link"]);

/** The value under that key, to be sent as it is when it is text, else as JSON; undefined: there is none. */
export function configValue(
  table: Readonly<Record<string, ConfigRow>>,
  options: Readonly<Record<string, unknown>>,
  key: string,
): unknown {
  for (const [name, row] of Object.entries(table)) {
    if ((row.fileKey ?? name.replaceAll("-", "_")) !== key || hidden.has(name) || row.secret) continue;
    const value = options[name];
    if (name === "log-level") return logLevelNumber(value as LogLevel);
    if (name === "tls-required") return tlsRequiredNumbers.get(value);
    if (name === "tls-min-version") return tlsVersionNumbers.get(value);
    return row.kind === "duration" ? Number(value) * nsPerMs : value;
  }
  return undefined;
}

export function logLevelNumber(level: LogLevel): number {
  return logLevels.indexOf(level) + 1;
}

/** In any case; undefined: it is none. */
export function parseLogLevel(text: string): LogLevel | undefined {
  return logLevels.find((known) => known === text.toLowerCase());
}

/** A JSON array of at most `most` texts; null: it is none. */
export function parseAddressList(text: string, most: number): readonly string[] | null {
  let addresses: unknown;
  try {
    addresses = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(addresses) || addresses.length > most) return null;
  return addresses.every((address) => typeof address === "string") ? addresses : null;
}
