import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { connectionRows, consumerRows, producerRows, type Row } from "./option-rows.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/client-node.md"), "utf8");

/** The cells of an option's row in a table, without what it means. */
function cells(name: string, row: Row): string {
  const code = (value: unknown) => (value === "" || value === null ? "" : `\`${value}\``);
  const limits =
    row.words !== undefined
      ? row.words.filter(Boolean).map(code).join(", ")
      : row.min === undefined
        ? ""
        : row.max! >= 2 ** 31 - 1
          ? `from ${row.min}`
          : `${row.min} to ${row.max}`;
  return ["", code(name), code(row.listName), code(row.default), limits].join(" | ").trim();
}

function rowsOf(heading: string): string[] {
  const [, section = ""] = page.split(`### ${heading}\n`);
  const lines = section.split(/\n#/)[0]!.split("\n");
  return lines
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(0, 5)
        .map((cell) => cell.trim())
        .join(" | ")
        .trim(),
    );
}

const own = (rows: Readonly<Record<string, Row>>) =>
  Object.entries(rows).filter(([name]) => !Object.hasOwn(connectionRows, name));

test.each<[string, [string, Row][]]>([
  ["Of both", Object.entries(connectionRows)],
  ["Of a consumer", own(consumerRows)],
  ["Of a producer", own(producerRows)],
])("[NC16] %s: every option, as it is", (heading, rows) => {
  expect(rowsOf(heading)).toEqual(rows.map(([name, row]) => cells(name, row)));
});
