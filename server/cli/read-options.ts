import { ValueError } from "../protocol/go-values.ts";
import { type ConfigFile, readConfigFile, StartError } from "./config-file.ts";
import { readFlags } from "./go-flags.ts";
import { noEffect, type Options, type Values } from "./option.ts";

/** Where a value is from, the strongest first. */
export type Origin = "command line" | "environment" | "file";

export interface Read<Table extends Options> {
  readonly options: Values<Table>;
  /** The options that somebody has set, and where. */
  readonly given: ReadonlyMap<string, Origin>;
  /** Keys of the file that are no options. */
  readonly ignoredKeys: readonly string[];
  readonly help: boolean;
  readonly rest: readonly string[];
}

/**
 * The values of a table's options: command line, else environment, else file, else default. At most `wordsBefore`
 * words may stand before the flags.
 */
export async function readOptions<Table extends Options>(
  table: Table,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  wordsBefore = 0,
): Promise<Read<Table>> {
  const firstFlag = args.findIndex((argument) => argument.startsWith("-"));
  const words = Math.min(wordsBefore, firstFlag === -1 ? args.length : firstFlag);
  const { values: flags, help, rest: after } = readFlags(table, args.slice(words));
  const rest = [...args.slice(0, words), ...after];
  const asked = help || flags.get("version") === true;
  const path = flags.get("config");
  const file = path && !asked ? await readConfigFile(table, path as string) : noFile;
  const environment = new Map(asked ? [] : fromEnvironment(table, env));
  const values = new Map([...file.values, ...environment, ...flags]);
  const given = new Map(
    [...values.keys()].map((name): [string, Origin] => [
      name,
      flags.has(name) ? "command line" : environment.has(name) ? "environment" : "file",
    ]),
  );

  const options = Object.entries(table).map(([name, option]) => [
    name,
    values.has(name) ? values.get(name) : option.default,
  ]);
  return { options: Object.fromEntries(options), given, ignoredKeys: file.ignored, help, rest };
}

const noFile: ConfigFile = { values: new Map(), ignored: [] };

function fromEnvironment(
  table: Options,
  env: Readonly<Record<string, string | undefined>>,
): [string, unknown][] {
  return Object.entries(table).flatMap(([name, option]): [string, unknown][] => {
    const text = option.env === undefined ? undefined : env[option.env];
    if (text === undefined || text === "") return [];
    try {
      const parts = option.list ? text.split(",").map((part) => part.trim()) : [text];
      return [[name, parts.reduce<unknown>((before, part) => option.parse(part, before), undefined)]];
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new StartError(`invalid value in the environment variable ${option.env}: ${error.message}`);
    }
  });
}

/** A line for each option that was given and changes nothing. */
export function withoutEffect(table: Options, given: ReadonlyMap<string, Origin>): string[] {
  return [...given.keys()].flatMap((name) => {
    const effect = table[name]?.effect;
    return effect === undefined ? [] : [`--${name} has ${noEffect(effect)}`];
  });
}
