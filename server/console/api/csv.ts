/** Comma-separated values (RFC 4180) that a spreadsheet takes for what they are: no text of somebody else's is a formula. */

type Value = string | number | null | undefined;

export function csvHead(columns: readonly string[]): string {
  return csvLine(columns);
}

export function csvLine(values: readonly Value[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

/** An apostrophe before what a spreadsheet would reckon with; numbers of ours stay numbers. */
function cell(value: Value): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
