import { readFileSync } from "node:fs";
import { ValueError } from "../protocol/go-values.ts";
import type { Option, Options } from "./option.ts";

/** A start that cannot be gone through with: one FATAL line, exit code 1. */
export class StartError extends Error {}

/** The name an option has in a file, and in `/config/`. */
export function fileKeyOf(name: string, option: Option<unknown>): string {
  return option.fileKey ?? name.replaceAll("-", "_");
}

/** What a TOML file says of the options in `table`; what it says besides is ignored, as NSQ ignores it. */
export async function readConfigFile(table: Options, path: string): Promise<Map<string, unknown>> {
  const { parse } = await import("smol-toml"); // only a start with --config pays for it
  let file: Record<string, unknown>;
  try {
    file = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new StartError(`failed to load config file ${path} - ${(cause as Error).message}`, { cause });
  }

  const values = new Map<string, unknown>();
  for (const [name, option] of Object.entries(table)) {
    const key = fileKeyOf(name, option);
    if (!Object.hasOwn(file, key) || name === "config" || name === "version") continue;
    try {
      values.set(name, fromFile(option, file[key]));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new StartError(`failed to load config file ${path} - ${key}: ${error.message}`);
    }
  }
  return values;
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
