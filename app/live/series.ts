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

/** How a line went: what a sentence about it says. */
export type Course =
  | { readonly kind: "none" }
  | {
      readonly kind: "stayed" | "same" | "rose" | "fell";
      readonly first: number;
      readonly last: number;
      readonly most: number;
    };

/** `same`: as at the start, after it was higher. `alike` says when two figures are written alike. */
export function courseOf(
  data: Columns,
  column: number,
  alike: (one: number, other: number) => boolean,
): Course {
  const known = (data[column] ?? []).filter((value) => value !== null);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return { kind: "none" };
  const most = known.reduce((one, other) => Math.max(one, other));
  if (alike(first, last)) return { kind: alike(most, last) ? "stayed" : "same", first, last, most };
  return { kind: last > first ? "rose" : "fell", first, last, most };
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
