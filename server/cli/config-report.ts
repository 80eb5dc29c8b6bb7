/** What a role would run with, for a person to read. */
import { accessSync, constants, statSync } from "node:fs";
import { goDuration } from "../protocol/go-values.ts";
import { fileKeyOf } from "./config-file.ts";
import type { Option, Options } from "./option.ts";
import { type Read, withoutEffect } from "./read-options.ts";

export interface ReportOptions {
  /** Leave out what nobody has set. */
  readonly givenOnly: boolean;
}

/** Every option in force, a line each: name, value, where it is from; then what the file has in vain. */
export function configReport(
  role: { readonly name: string; readonly table: Options },
  read: Read<Options>,
  { givenOnly }: ReportOptions,
): string {
  const path = String(read.options["config"] ?? "");
  const rows = Object.entries(role.table)
    .filter(([name]) => name !== "version" && (!givenOnly || read.given.has(name)))
    .map(([name, option]) => [name, shown(option, read.options[name]), origin(name, option, read, path)]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)) + 2);
  const lines = rows.map(
    ([name, value, from]) => `  ${name!.padEnd(widths[0]!)}${value!.padEnd(widths[1]!)}${from}`,
  );

  const notes = [
    ...read.ignoredKeys.map((key) => `${path}: ${key} is ignored${hint(role.table, key)}`),
    ...withoutEffect(role.table, read.given),
  ];
  return [
    `${role.name} would start with:`,
    "",
    ...lines,
    ...(notes.length > 0 ? ["", ...notes] : []),
    "",
  ].join("\n");
}

/** What the options name and is not there, or may not be read by whoever asks. */
export function missingPaths(table: Options, options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(table).flatMap(([name, { existing }]) => {
    const path = options[name];
    if (existing === undefined || typeof path !== "string" || path === "") return [];
    try {
      accessSync(path, constants.R_OK);
      const isDirectory = statSync(path).isDirectory();
      return isDirectory === (existing === "directory") ? [] : [`--${name}: ${path} is no ${existing}`];
    } catch (error) {
      return [`--${name}: ${(error as Error).message}`];
    }
  });
}

function shown(option: Option<unknown>, value: unknown): string {
  if (option.secret && value !== option.default) return "(not shown)";
  if (option.kind === "duration") return goDuration(value as number);
  if (typeof value !== "string" && !Array.isArray(value)) return String(value);
  return secretsWithin.reduce((text, secret) => text.replace(secret, "$1…"), JSON.stringify(value));
}

/** Values that are shown may have a secret in them: a URL's password, a header. */
const secretsWithin = [/(:\/\/)[^/"@]*(?=@)/g, /(authorization: *)[^"]*/gi];

function origin(name: string, option: Option<unknown>, { given }: Read<Options>, path: string): string {
  const from = given.get(name);
  if (from === "environment") return `environment ${option.env}`;
  if (from === "file") return `${path} ${fileKeyOf(name, option)}`;
  if (from !== undefined) return from;
  const depends = option.defaultText !== undefined && option.kind !== "duration";
  return depends ? `default, ${option.defaultText}` : "default";
}

/** A key that is nearly an option's is more likely a slip than meant for something else. */
function hint(table: Options, key: string): string {
  const name = key.replaceAll("_", "-");
  const found = [name, name.replace(/e?s$/, ""), `${name}s`, `${name}es`].find((near) =>
    Object.hasOwn(table, near),
  );
  if (found === undefined || ["config", "version"].includes(found)) return "";
  return `; --${found} is ${fileKeyOf(found, table[found]!)} in a file`;
}
