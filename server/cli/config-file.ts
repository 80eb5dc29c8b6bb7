import { readFileSync } from "node:fs";
import { ValueError } from "../protocol/go-values.ts";
import type { Option, Options } from "./option.ts";

/** A start that cannot be gone through with: one FATAL line, exit code 1. */
export class StartError extends Error {}

/** The name an option has in a file, and in `/config/`. */
export function fileKeyOf(name: string, option: Option<unknown>): string {
  return option.fileKey ?? name.replaceAll("-", "_");
}

export interface ConfigFile {
  readonly values: ReadonlyMap<string, unknown>;
  /** Keys that are no option's: NSQ ignores them, so we do, but a person may want to know. */
  readonly ignored: readonly string[];
}

/** In the command line only: a file that names a file, or asks for the version, says nothing. */
const notFromFile = new Set(["config", "version"]);

/** What a TOML file says of the options in `table`. */
export async function readConfigFile(table: Options, path: string): Promise<ConfigFile> {
  const { parse } = await import("smol-toml"); // only a start with --config pays for it
  let file: Record<string, unknown>;
  try {
    file = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new StartError(`failed to load config file ${path} - ${(cause as Error).message}`, { cause });
  }

  const values = new Map<string, unknown>();
  const ignored = new Set(Object.keys(file));
  for (const [name, option] of Object.entries(table)) {
    const key = fileKeyOf(name, option);
    if (!Object.hasOwn(file, key) || notFromFile.has(name)) continue;
    ignored.delete(key);
    try {
      values.set(name, fromFile(option, file[key]));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new StartError(`failed to load config file ${path} - ${key}: ${error.message}`);
    }
  }
  return { values, ignored: [...ignored] };
}

/** Numbers and booleans may be strings, durations integers of milliseconds, lists arrays or comma-separated. */
function fromFile(option: Option<unknown>, value: unknown): unknown {
  if (option.list) {
    const parts = Array.isArray(value) ? value.map(String) : String(value).split(",");
    return parts.reduce<unknown>((before, part) => option.parse(part.trim(), before), undefined) ?? [];
  }
  if (typeof value === "object") throw new ValueError("takes one value");
  if (option.kind === "duration" && (typeof value === "number" || typeof value === "bigint"))
    return Number(value);
  return option.parse(String(value), undefined);
}
