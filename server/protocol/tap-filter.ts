/**
 * What somebody who tails wants to see, as it is written: `text`, `/regular expression/`, or a path into JSON,
 * `$.order.id = "A-7"`, `$.items[*].price > 100`, `$.error`. What it means; how it is matched is the node's.
 */

export const filterCharactersMax = 256;
const stepsMax = 16;

export type PathStep = { readonly name: string } | { readonly index: number } | { readonly each: true };
export const pathOperators = ["!=", ">=", "<=", "=", ">", "<", "~"] as const;
export type PathOperator = (typeof pathOperators)[number];

export type TapFilter =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "regex"; readonly source: string }
  | {
      readonly kind: "path";
      readonly steps: readonly PathStep[];
      /** null: there is something at the path. `~`: its text has the value in it. */
      readonly test: {
        readonly operator: PathOperator;
        readonly value: string | number | boolean | null;
      } | null;
    };

/** null: it is none of these, or longer than a filter may be. */
export function parseTapFilter(written: string): TapFilter | null {
  const text = written.trim();
  if (text.length === 0 || text.length > filterCharactersMax) return null;
  const regex = /^\/(.+)\/$/s.exec(text);
  if (regex) return { kind: "regex", source: regex[1]! };
  return text.startsWith("$") && /^\$\s*[.[]/.test(text) ? parsePath(text) : { kind: "text", text };
}

const stepPattern = /^(?:\.([A-Za-z_][\w-]*)|\[(\d{1,9})\]|\[(\*)\]|\["((?:[^"\\]|\\.)*)"\])/;

function parsePath(text: string): TapFilter | null {
  let rest = text.slice(1);
  const steps: PathStep[] = [];
  for (let match = stepPattern.exec(rest); match; match = stepPattern.exec(rest)) {
    const [whole, name, index, each, quoted] = match;
    if (name !== undefined) steps.push({ name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (each !== undefined) steps.push({ each: true });
    else {
      const value = parsed(`"${quoted}"`);
      if (typeof value !== "string") return null;
      steps.push({ name: value });
    }
    rest = rest.slice(whole.length);
  }
  rest = rest.trim();
  if (steps.length === 0 || steps.length > stepsMax) return null;
  if (rest === "") return { kind: "path", steps, test: null };
  const operator = pathOperators.find((one) => rest.startsWith(one));
  if (operator === undefined) return null;
  const written = rest.slice(operator.length).replace(/^=/, "").trim();
  if (written === "") return null;
  const value = parsed(written);
  // A word without quotes is a text: people write what they see.
  if (value === undefined) return { kind: "path", steps, test: { operator, value: written } };
  if (typeof value === "object" && value !== null) return null;
  return { kind: "path", steps, test: { operator, value: value as string | number | boolean | null } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Elements looked at for `[*]`, of all lists together. */
const elementsMax = 1_000;

/** Whether a document has what a path asks for. Bounded in the document's size and in `elementsMax`. */
export function pathHolds(filter: Extract<TapFilter, { kind: "path" }>, document: unknown): boolean {
  let left = elementsMax;
  const follow = (value: unknown, at: number): boolean => {
    const step = filter.steps[at];
    if (step === undefined) return filter.test === null || holds(filter.test, value);
    if (typeof value !== "object" || value === null) return false;
    if ("name" in step)
      return !Array.isArray(value) && Object.hasOwn(value, step.name)
        ? follow((value as Record<string, unknown>)[step.name], at + 1)
        : false;
    if (!Array.isArray(value)) return false;
    if ("index" in step) return step.index < value.length && follow(value[step.index], at + 1);
    for (const element of value) {
      if (left-- <= 0) return false;
      if (follow(element, at + 1)) return true;
    }
    return false;
  };
  return follow(document, 0);
}

function holds(
  { operator, value: wanted }: { operator: PathOperator; value: string | number | boolean | null },
  found: unknown,
): boolean {
  switch (operator) {
    case "=":
      return found === wanted;
    case "!=":
      return found !== wanted;
    case "~":
      return typeof found !== "object" && String(found).includes(String(wanted));
    default: {
      if (typeof found !== typeof wanted || (typeof found !== "number" && typeof found !== "string"))
        return false;
      const [a, b] = [found as number, wanted as number];
      return operator === ">" ? a > b : operator === "<" ? a < b : operator === ">=" ? a >= b : a <= b;
    }
  }
}
