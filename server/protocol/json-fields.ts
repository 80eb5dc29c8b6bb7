/** The JSON object that an IDENTIFY carries, read as Go reads it: a client's to a node, a node's to a lookup. */

/**
 * What a client says of itself is shown and recorded, and kept as long as it is connected. NSQ keeps
 * all of it; a name, a host and a user agent are far shorter.
 */
const textLengthMax = 1_024;

/** Fields of a JSON object by type, as Go's decoder takes them: absent and null are zero, 1000.0 is no integer. */
export class Fields {
  broken = false;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #floats: ReadonlySet<string>;

  constructor(values: ReadonlyMap<string, unknown>, floats: ReadonlySet<string>) {
    this.#values = values;
    this.#floats = floats;
  }

  integer(name: string): number {
    const value = this.#values.get(name) ?? 0;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || this.#floats.has(name)) {
      this.broken = true;
      return 0;
    }
    return value;
  }

  text(name: string): string {
    const value = this.#values.get(name) ?? "";
    if (typeof value === "string") return shortened(value);
    this.broken = true;
    return "";
  }

  flag(name: string): boolean {
    const value = this.#values.get(name) ?? false;
    if (typeof value === "boolean") return value;
    this.broken = true;
    return false;
  }
}

/** A slice alone would keep the whole text in memory. */
function shortened(text: string): string {
  if (text.length <= textLengthMax) return text;
  return Buffer.from(text.slice(0, textLengthMax), "utf8").toString("utf8");
}

/** null: no JSON object; `null` is one without fields, as Go has it. */
export function parseFields(body: string): Fields | null {
  let parsed: unknown;
  // `1000.0` and `1e3` are integers to JavaScript and none to Go: how a number was written decides.
  const floats: [holder: unknown, name: string][] = [];
  try {
    parsed = JSON.parse(body, function (this: unknown, name, value, context?: { source?: string }) {
      if (typeof value === "number" && /[.eE]/.test(context?.source ?? "")) floats.push([this, name]);
      return value;
    });
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || Array.isArray(parsed)) return null;
  const own = floats.filter(([holder]) => holder === parsed).map(([, name]) => name);
  return new Fields(new Map(Object.entries(parsed ?? {})), new Set(own));
}
