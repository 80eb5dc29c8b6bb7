import { ValueError } from "../protocol/go-values.ts";
import type { Option, Options } from "./option.ts";

/** A command line that cannot be followed: said on stderr with the usage, exit code 2. */
export class UsageError extends Error {}

export interface CommandLine {
  /** What was given, by name. */
  readonly values: ReadonlyMap<string, unknown>;
  /** `-h` or `-help` was met. */
  readonly help: boolean;
  /** What stands after the flags. */
  readonly rest: readonly string[];
}

/**
 * Reads flags as Go's `flag` package does: `-x v`, `--x v`, `-x=v`, booleans alone or
 * with `=`, up to `--` or the first argument that is no flag.
 */
export function readFlags(table: Options, args: readonly string[]): CommandLine {
  const values = new Map<string, unknown>();
  let index = 0;
  for (; index < args.length; index++) {
    const argument = args[index]!;
    if (!argument.startsWith("-") || argument === "-") break;
    if (argument === "--") return { values, help: false, rest: args.slice(index + 1) };

    const match = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(argument);
    if (match === null) throw new UsageError(`bad flag syntax: ${argument}`);
    const name = match[1]!;
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) {
      if (name === "h" || name === "help") return { values, help: true, rest: [] };
      throw new UsageError(`flag provided but not defined: -${name}`);
    }

    let text = match[2];
    if (text === undefined) {
      if (option.boolean) text = "true";
      else if (index + 1 < args.length) text = args[++index]!;
      else throw new UsageError(`flag needs an argument: -${name}`);
    }
    values.set(name, parsed(name, option, text, values.get(name)));
  }
  return { values, help: false, rest: args.slice(index) };
}

function parsed(name: string, option: Option<unknown>, text: string, before: unknown): unknown {
  try {
    return option.parse(text, before);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const kind = option.boolean ? "boolean value" : "value";
    const shown = option.secret ? kind : `${kind} ${JSON.stringify(text)}`;
    throw new UsageError(`invalid ${shown} for flag -${name}: ${error.message}`);
  }
}
