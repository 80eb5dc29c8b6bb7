/** Which messages are passed on, and what of them, by the fields of the JSON they are. */

export interface JsonFilterSettings {
  /** Empty: none is required. */
  readonly requireField: string;
  /** Empty: any value will do. */
  readonly requireValue: string;
  /** Empty: the message is passed on as it is. */
  readonly whitelist: readonly string[];
}

export type Judged =
  | { readonly verdict: "pass"; readonly body: Uint8Array }
  /** `fault`: why, when it is no filter's doing. */
  | { readonly verdict: "drop"; readonly fault: string | null }
  /** It may be another time, or elsewhere. */
  | { readonly verdict: "retry"; readonly fault: string };

const dropped: Judged = { verdict: "drop", fault: null };
const shownBytesMax = 200;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export class JsonFilter {
  readonly #settings: JsonFilterSettings;
  readonly #requireNumber: number | null;

  constructor(settings: JsonFilterSettings) {
    this.#settings = settings;
    const { requireValue } = settings;
    this.#requireNumber = decimal.test(requireValue) ? Number(requireValue) : null;
  }

  judge(body: Buffer): Judged {
    const { requireField, requireValue, whitelist } = this.#settings;
    if (requireField === "" && whitelist.length === 0) return { verdict: "pass", body };
    const fields = parseObject(body);
    if (fields === null) return unreadable(body);
    if (requireField !== "") {
      const value = Object.hasOwn(fields, requireField) ? fields[requireField] : undefined;
      if (value === undefined) {
        if (requireValue === "") return dropped;
        return { verdict: "retry", fault: "missing field to check required value" };
      }
      if (requireValue !== "" && !this.#isRequired(value)) return dropped;
    }
    const passed = whitelist.length === 0 ? body : only(whitelist, body, fields);
    return passed === null ? unreadable(body) : { verdict: "pass", body: passed };
  }

  #isRequired(value: unknown): boolean {
    return typeof value === "number" ? value === this.#requireNumber : value === this.#settings.requireValue;
  }
}

function unreadable(body: Buffer): Judged {
  return { verdict: "drop", fault: `Unable to decode json: ${body.toString("utf8", 0, shownBytesMax)}` };
}

type Fields = Readonly<Record<string, unknown>>;

/** null: it is no JSON, or no object. `null` is an object without fields, as Go has it. */
function parseObject(body: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (value === null) return {};
    return typeof value === "object" && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** Numbers pass as they are written: those of more than 53 bits too. null: it is nested beyond what can be read so. */
function only(whitelist: readonly string[], body: Buffer, fields: Fields): Uint8Array | null {
  try {
    const asWritten = (JSON.parse(body.toString(), rawNumbers) ?? {}) as Fields;
    const names = [...new Set(whitelist)].filter((name) => Object.hasOwn(fields, name)).toSorted();
    return Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, asWritten[name]]))));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Of the language, and not yet in TypeScript's declarations of it. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function rawNumbers(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? rawJSON(context!.source!) : value;
}
