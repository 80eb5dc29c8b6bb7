/** `--consumer-opt` and `--producer-opt` of NSQ's utilities, and the console's `--page-opt`: go-nsq's names and values as text. */
import { parseBool, parseDuration, parseInteger, ValueError } from "../../server/protocol/go-values.ts";
import { connectionRows, consumerRows, producerRows, type Row } from "./option-rows.ts";
import {
  type ConnectionOptions,
  type ConsumerOptions,
  checkValue,
  OptionError,
  type ProducerOptions,
} from "./options.ts";

/**
 * Each entry is `name,value`, `name=value`, or `name` alone for true; dashes may stand for underscores, a bare
 * number of a duration is in milliseconds. Throws an `OptionError`, which does not repeat the value.
 */
export function parseConsumerOptions(entries: readonly string[]): Partial<ConsumerOptions> {
  return parse(entries, consumerRows);
}

/** As `parseConsumerOptions`. An option of consumers alone is accepted, as go-nsq accepts it, and has no effect. */
export function parseProducerOptions(entries: readonly string[]): Partial<ProducerOptions> {
  const options: Record<string, unknown> = parse(entries, { ...consumerRows, ...producerRows });
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(producerRows, name)));
}

/** As `parseConsumerOptions`, of what consumers and producers have in common. */
export function parseConnectionOptions(entries: readonly string[]): Partial<ConnectionOptions> {
  return parse(entries, connectionRows);
}

function parse(entries: readonly string[], rows: Readonly<Record<string, Row>>): Record<string, unknown> {
  const byListName = new Map(Object.entries(rows).map(([name, row]) => [row.listName, { name, row }]));
  return Object.fromEntries(
    entries.map((entry) => {
      const [, given = "", value = "true"] = /^([^,=]*)(?:[,=](.*))?$/s.exec(entry) ?? [];
      const found = byListName.get(given.replaceAll("-", "_"));
      if (found === undefined) throw new OptionError(`there is no option ${given}`);
      const parsed = parseValue(given, value, found.row);
      checkValue(given, parsed, found.row);
      return [found.name, parsed];
    }),
  );
}

function parseValue(name: string, text: string, row: Row): unknown {
  try {
    switch (row.kind) {
      case "duration":
        return /^-?\d+$/.test(text) ? Number(text) : parseDuration(text);
      case "integer":
        return parseInteger(text);
      case "fraction":
        return text.trim() === "" ? Number.NaN : Number(text);
      case "flag":
        return parseBool(text);
      case "text":
        return text;
    }
  } catch (error) {
    if (error instanceof ValueError) throw new OptionError(`${name}: ${error.message}`);
    throw error;
  }
}
