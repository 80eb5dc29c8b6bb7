import { noEffect, type Option, type Options } from "./option.ts";

/** The usage of one role, laid out as Go programs lay it out. */
export function usageOf(program: string, table: Options): string {
  const lines = Object.entries(table)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, option]) => `  -${[name, option.kind].join(" ").trim()}\n    \t${helpOf(option)}\n`);
  return `Usage of ${program}:\n${lines.join("")}`;
}

function helpOf(option: Option<unknown>): string {
  const notes = [
    defaultOf(option),
    option.env && `environment ${option.env}`,
    option.effect && noEffect(option.effect),
  ];
  const shown = notes.filter((note) => note).map((note) => ` (${note})`);
  return option.help + shown.join("");
}

function defaultOf(option: Option<unknown>): string {
  if (option.defaultText !== undefined) return `default ${option.defaultText}`;
  if (option.list || option.secret || ["", 0, false].includes(option.default as string)) return "";
  return `default ${typeof option.default === "string" ? JSON.stringify(option.default) : option.default}`;
}
