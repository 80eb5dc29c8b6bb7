import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

export type Row = readonly (string | number)[];

/** The middle of the values, and the ends: a figure without its spread says little on a shared machine. */
export function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[Math.floor((sorted.length - 1) / 2)]!, max: sorted.at(-1)! };
}

/** "median (min to max)". */
export function spreadText(values: readonly number[], digits: number): string {
  const { min, median, max } = spread(values);
  const text = (value: number) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return values.length === 1 ? text(median) : `${text(median)} (${text(min)} to ${text(max)})`;
}

/** A Markdown table, padded so that it also reads well in a terminal. */
export function table(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row: Row) =>
    `| ${row.map((cell, column) => String(cell).padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join(
    "\n",
  );
}

/** Where and when, for figures that are kept. */
export function circumstances(command: string): string {
  const commit =
    git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " (changed)");
  const [processor] = cpus();
  return [
    `- Machine: ${cpus().length} × ${processor?.model.trim() || process.arch}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`,
    `- Date: ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${commit}`,
    `- Command: \`${command}\``,
  ].join("\n");
}

/** Replaces the section of RESULTS.md with this title, or adds it. */
export function writeSection(title: string, text: string): void {
  const path = join(import.meta.dirname, "RESULTS.md");
  const heading = `## ${title}`;
  const sections = readFileSync(path, "utf8").split(/^(?=## )/m);
  const at = sections.findIndex((section) => section.startsWith(`${heading}\n`));
  const section = `${heading}\n\n${text}\n\n`;
  if (at < 0) sections.push(section);
  else sections[at] = section;
  writeFileSync(path, `${sections.map((part) => part.trimEnd()).join("\n\n")}\n`);
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { encoding: "utf8", cwd: import.meta.dirname }).trim();
  } catch {
    return "unknown";
  }
}
