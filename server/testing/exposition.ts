/** Reads what `/metrics` answers, as strictly as Prometheus does. */

export interface Exposition {
  /** Type and help by a family's name, in the order in which they came. */
  readonly families: ReadonlyMap<string, { readonly type: string; readonly help: string }>;
  /** By the whole series, `name{label="value"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

const sampleForm =
  /^(?<name>[a-z][a-z0-9_]*)(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/** Throws where a line is none, a family is told twice or in pieces, or a series is there twice. */
export function parseExposition(text: string): Exposition {
  const families = new Map<string, { type: string; help: string }>();
  const samples = new Map<string, number>();
  let family = "";
  if (!text.endsWith("\n")) throw new Error("the last line is cut");
  for (const line of text.slice(0, -1).split("\n")) {
    const [mark, what, name = ""] = line.split(" ");
    if (mark === "#" && what === "HELP") {
      if (families.has(name)) throw new Error(`told twice: ${name}`);
      family = name;
      families.set(name, { type: "", help: line.slice(`# HELP ${name} `.length) });
    } else if (mark === "#" && what === "TYPE") {
      if (name !== family) throw new Error(`type of another family: ${line}`);
      families.get(name)!.type = line.slice(`# TYPE ${name} `.length);
    } else {
      const named = sampleForm.exec(line)?.groups?.["name"];
      const isSummary = families.get(family)?.type === "summary";
      if (named !== family && !(isSummary && [`${family}_sum`, `${family}_count`].includes(named ?? "")))
        throw new Error(`not a sample of ${family}: ${line}`);
      const at = line.lastIndexOf(" ");
      const series = line.slice(0, at);
      if (samples.has(series)) throw new Error(`there twice: ${series}`);
      samples.set(series, Number(line.slice(at + 1)));
    }
  }
  return { families, samples };
}
