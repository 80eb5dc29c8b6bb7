/** What one row of an options table is made of, and the constructors for each kind. */
import {
  parseBool,
  parseDuration,
  parseFloats,
  parseInteger,
  parseNumber,
  ValueError,
} from "../protocol/go-values.ts";

export interface Option<T> {
  readonly default: T;
  readonly help: string;
  /** How `--help` names the value: `int`, `duration`, `string`; empty for a boolean, which needs none. */
  readonly kind: string;
  /**
   * The value that `text` says; `before` is what earlier occurrences gave, for lists.
   * Throws a `ValueError` that never repeats the text.
   */
  parse(text: string, before: T | undefined): T;
  /** All the values there are, where they can be listed. */
  readonly words?: readonly string[];
  /** `-name` alone means true. */
  readonly boolean?: true;
  /** In a file, where an array stands for several occurrences. */
  readonly list?: true;
  /** Shown by `--help` instead of the default, when that depends on the machine. */
  readonly defaultText?: string;
  /** The key in a TOML file, where it is not the name with `_` for `-`. */
  readonly fileKey?: string;
  /** The environment variable. NSQ reads none: only our own options have one. */
  readonly env?: string;
  /** Its value is the path of something that has to be there. */
  readonly existing?: "file" | "directory";
  /** Its value is printed nowhere. */
  readonly secret?: true;
  /** Accepted because NSQ accepts it. Given, it is warned about at start. */
  readonly effect?: "none" | "none yet";
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values a table describes, under its own names. */
export type Values<Table extends Options> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

type More<T> = Partial<Omit<Option<T>, "default" | "help" | "kind" | "parse">>;

export function text(fallback: string, help: string, more: More<string> = {}): Option<string> {
  return { default: fallback, help, kind: "string", parse: (value) => value, ...more };
}

export function integer(fallback: number, help: string, more: More<number> = {}): Option<number> {
  return { default: fallback, help, kind: "int", parse: parseInteger, ...more };
}

/** With a fraction, if need be. */
export function number(fallback: number, help: string, more: More<number> = {}): Option<number> {
  return { default: fallback, help, kind: "float", parse: parseNumber, ...more };
}

/** In milliseconds. `fallback` is written as Go writes durations: `60s`. */
export function duration(fallback: string, help: string, more: More<number> = {}): Option<number> {
  const defaultText = fallback;
  return {
    default: parseDuration(fallback),
    help,
    kind: "duration",
    parse: parseDuration,
    defaultText,
    ...more,
  };
}

export function flag(fallback: boolean, help: string, more: More<boolean> = {}): Option<boolean> {
  return { default: fallback, help, kind: "", parse: parseBool, boolean: true, ...more };
}

export function list(help: string, more: More<readonly string[]> = {}): Option<readonly string[]> {
  const parse = (value: string, before: readonly string[] = []) => [...before, value];
  return {
    default: [],
    help: `${help} (may be given multiple times)`,
    kind: "value",
    parse,
    list: true,
    ...more,
  };
}

export function floats(help: string, more: More<readonly number[]> = {}): Option<readonly number[]> {
  const parse = (value: string, before: readonly number[] = []) => [...before, ...parseFloats(value)];
  return {
    default: [],
    help: `${help} (may be given multiple times)`,
    kind: "value",
    parse,
    list: true,
    ...more,
  };
}

/** One of a few words, in any case. */
export function word<const Word extends string>(
  words: readonly Word[],
  fallback: NoInfer<Word>,
  help: string,
  more: More<Word> = {},
): Option<Word> {
  const parse = (value: string) => {
    const found = words.find((known) => known === value.toLowerCase());
    if (found === undefined) throw new ValueError(`must be one of ${words.join(", ")}`);
    return found;
  };
  return { default: fallback, help: `${help} (${words.join(", ")})`, kind: "string", parse, words, ...more };
}

/** An empty text means the default: NSQ's example files have such lines. */
export function emptyIsDefault<T>(option: Option<T>): Option<T> {
  return { ...option, parse: (text, before) => (text === "" ? option.default : option.parse(text, before)) };
}

/** Ours, not NSQ's: also read from the environment, as `WEIR_` and the name. */
export function ours<T>(name: string, option: Option<T>): Option<T> {
  return { env: `WEIR_${name.toUpperCase().replaceAll("-", "_")}`, ...option };
}

/** In words, to stand behind "has". */
export function noEffect(effect: "none" | "none yet"): string {
  return effect === "none" ? "no effect" : "no effect yet";
}
