/** Prometheus' text format, version 0.0.4, piece by piece, so that a long answer can be written in slices. */

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  /** A sentence: what is counted, since when, over what. */
  readonly help: string;
}

/** What follows the family's name, from `labels` or empty, and the figure; null: not known, and left out. */
export type Sample = readonly [labels: string, value: number | null];

/** A family, and how its figure is had of a source. */
export interface Figure<Source> extends Family {
  readonly of: (source: Source) => number | null;
}

export function counter<Source>(name: string, help: string, of: Figure<Source>["of"]): Figure<Source> {
  return { name, type: "counter", help, of };
}

export function gauge<Source>(name: string, help: string, of: Figure<Source>["of"]): Figure<Source> {
  return { name, type: "gauge", help, of };
}

/** A family with its samples; nothing where there are none. */
export function* metric({ name, type, help }: Family, samples: Iterable<Sample>): Iterable<string> {
  let head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const [labels, value] of samples) {
    if (value === null) continue;
    yield `${head}${name}${labels} ${value}\n`;
    head = "";
  }
}

/** Families of one sample each. */
export function* figuresOf<Source>(table: readonly Figure<Source>[], source: Source): Iterable<string> {
  for (const figure of table) yield* metric(figure, [["", figure.of(source)]]);
}

/** Families of a sample for each place; `places` is asked for once a family. */
export function* figuresOfEach<Place>(
  table: readonly Figure<Place>[],
  places: () => Iterable<Place>,
  labelsOf: (place: Place) => string,
): Iterable<string> {
  for (const figure of table) yield* metric(figure, samples(figure, places(), labelsOf));
}

function* samples<Place>(
  { of }: Figure<Place>,
  places: Iterable<Place>,
  labelsOf: (place: Place) => string,
): Iterable<Sample> {
  for (const place of places) {
    const value = of(place);
    if (value !== null) yield [labelsOf(place), value];
  }
}

/** How many there are of each word, none of some too. */
export function countedBy<Word extends string>(
  label: string,
  words: readonly Word[],
  seen: readonly Word[],
): Sample[] {
  return words.map((word) => [labels({ [label]: word }), seen.filter((one) => one === word).length]);
}

/** `{topic="orders",channel="billing"}`, whatever is in them. */
export function labels(pairs: Readonly<Record<string, string>>): string {
  const written = Object.entries(pairs).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `{${written.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
