import { readFileSync } from "node:fs";
import type { Options, Values } from "./option.ts";
import type { Read } from "./read-options.ts";

/** One command of `weir`: a table of options, and what it does with their values. */
export interface Role<Table extends Options = Options> {
  /** What its usage, its version and its last words are of. */
  readonly name: string;
  /** After the name and a `v`, where it is asked for its version. */
  readonly version: string;
  readonly table: Table;
  /** Words that stand before the flags, at most, as they come in `rest`; none: flags are first. */
  readonly wordsBefore?: number;
  /** Stands after the flags in `--help`. */
  readonly helpAfter?: string;
  /** Started by another process, it ends when that is gone, however that went. */
  readonly endsWithParent?: true;
  /** @throws StartError when the values contradict one another, whatever the machine. */
  check?(options: Values<Table>): void;
  /** Resolves when it has started; it may go on after that. */
  run(read: Read<Table>): Promise<void>;
}

/** Keeps the table's type, so that `run` and `check` know their options. */
export function role<Table extends Options>(given: Role<Table>): Role<Table> {
  return given;
}

/** NSQ's version that clients are told; they compare it. */
export const nsqVersion = "1.3.0";

export function weirVersion(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/** Daemons say what they were built with, utilities do not. */
export function builtWith(version: string): string {
  return `${version} (built w/node${process.versions.node})`;
}
