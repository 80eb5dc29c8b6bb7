/** Prometheus' text format, version 0.0.4, piece by piece, so that a long answer can be written in slices. */

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  /** A sentence: what is counted, since when, over what. */
  readonly help: string;
}

/** What follows the family's name, from `labels` or empty, and the figure. */
export type Sample = readonly [labels: string, value: number];

/** A family with its samples; nothing where there are none. */
export function* metric({ name, type, help }: Family, samples: Iterable<Sample>): Iterable<string> {
  let head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const [labels, value] of samples) {
    yield `${head}${name}${labels} ${value}\n`;
    head = "";
  }
}

/** `{topic="orders",channel="billing"}`, whatever is in them. */
export function labels(pairs: Readonly<Record<string, string>>): string {
  const written = Object.entries(pairs).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${written.join(",")}}`;
}

/** A family of one sample; of none where the figure is not known. */
export function single(family: Family, value: number | null): Iterable<string> {
  return metric(family, value === null ? [] : [["", value]]);
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
