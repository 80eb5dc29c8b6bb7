import type { Series } from "../../server/console/contract/index.ts";

/** Columns for a chart: seconds since 1970, then one array a metric. null draws a gap. */
export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]];

/**
 * Picks metrics out of a series. A missing second becomes a row of nulls, because a line drawn over
 * it would claim to know what was not measured.
 */
export function columns(series: Series, metrics: readonly string[]): Columns {
  const at = metrics.map((metric) => series.metrics.indexOf(metric));
  const times: number[] = [];
  const values: (number | null)[][] = metrics.map(() => []);
  let beforeMs: number | undefined;
  for (const point of series.points) {
    if (beforeMs !== undefined && point.atMs - beforeMs > series.stepMs * 1.8) {
      times.push((beforeMs + series.stepMs) / 1_000);
      for (const column of values) column.push(null);
    }
    times.push(point.atMs / 1_000);
    for (const [index, column] of values.entries()) column.push(point.values[at[index] ?? -1] ?? null);
    beforeMs = point.atMs;
  }
  return [times, ...values];
}

/** Columns laid on one another: each is the sum of itself and those before it. */
export function stacked(data: Columns): Columns {
  const [times, ...layers] = data;
  const sums: (number | null)[][] = [];
  for (const [index, layer] of layers.entries()) {
    const below = sums[index - 1];
    sums.push(layer.map((value, at) => (value === null ? null : value + (below?.[at] ?? 0))));
  }
  return [times, ...sums];
}

/** "Waiting rose from 120 to 4,300 in the last 5 minutes." */
export function sentence(
  name: string,
  data: Columns,
  column: number,
  format: (value: number) => string,
): string {
  const known = (data[column] ?? []).filter((value) => value !== null);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return `${name}: nothing measured yet.`;
  const times = data[0];
  const windowText = windowWords(((times.at(-1) ?? 0) - (times[0] ?? 0)) * 1_000);
  if (format(first) === format(last)) {
    const most = Math.max(...known);
    return format(most) === format(last)
      ? `${name} stayed at ${format(last)} in the last ${windowText}.`
      : `${name} is ${format(last)}, as at the start of the last ${windowText}; at most ${format(most)}.`;
  }
  const verb = last > first ? "rose" : "fell";
  return `${name} ${verb} from ${format(first)} to ${format(last)} in the last ${windowText}.`;
}

function windowWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 90) return seconds === 1 ? "second" : `${seconds} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}

/** Every tenth row, newest first: what the table beside a chart shows. */
export function tableRows(data: Columns, every = 10): { atMs: number; values: (number | null)[] }[] {
  const [times, ...layers] = data;
  const rows: { atMs: number; values: (number | null)[] }[] = [];
  for (let at = times.length - 1; at >= 0; at -= every) {
    rows.push({ atMs: (times[at] ?? 0) * 1_000, values: layers.map((layer) => layer[at] ?? null) });
  }
  return rows;
}
