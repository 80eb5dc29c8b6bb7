import { ValueError } from "../protocol/go-values.ts";
import { readConfigFile, StartError } from "./config-file.ts";
import { readFlags } from "./go-flags.ts";
import type { Options, Values } from "./option.ts";

export interface Read<Table extends Options> {
  readonly options: Values<Table>;
  /** The options that somebody has set, wherever. */
  readonly given: ReadonlySet<string>;
  readonly help: boolean;
  readonly rest: readonly string[];
}

/** The values of a table's options: command line, else environment, else file, else default. */
export async function readOptions<Table extends Options>(
  table: Table,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Read<Table>> {
  const { values: flags, help, rest } = readFlags(table, args);
  const asked = help || flags.get("version") === true;
  const path = flags.get("config");
  const file = path && !asked ? await readConfigFile(table, path as string) : new Map<string, unknown>();
  const given = new Map([...file, ...(asked ? [] : fromEnvironment(table, env)), ...flags]);

  const options = Object.entries(table).map(([name, option]) => [
    name,
    given.has(name) ? given.get(name) : option.default,
  ]);
  return { options: Object.fromEntries(options), given: new Set(given.keys()), help, rest };
}

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
