/** What a browser wants of a tail, checked before any node is asked. */
import { type TailSpec, tailFields } from "../../../client/browser/tail-batch.ts";
import { compilePattern } from "../../auth/patterns.ts";
import { bodyMatcherOf } from "../../protocol/body-matcher.ts";
import type { OutcomeEvent } from "../../protocol/live.ts";
import { attemptsRange, eventKinds, isName, kindWords } from "../contract/index.ts";

export type TailWanted =
  | { readonly kind: "copies"; readonly node: string | null; readonly filter: string | null }
  | {
      readonly kind: "outcomes";
      readonly node: string | null;
      readonly channel: string | null;
      /** Of `/v1/outcomes`. */
      readonly query: Readonly<Record<string, string>>;
    };

const nodeKeyCharactersMax = 260;
const clientCharactersMax = 256;

/** null: it is not understood. */
export function tailWanted(spec: TailSpec): TailWanted | null {
  const field = (name: keyof TailSpec) => spec[name] || null;
  const [filter, node, outcome] = [field("filter"), field("node"), field("outcome")];
  const [channel, attempts, client] = [field("channel"), field("attempts"), field("client")];
  if (node !== null && node.length > nodeKeyCharactersMax) return null;
  if (outcome === null) {
    if (channel !== null || attempts !== null || client !== null) return null;
    return filter === null || bodyMatcherOf(filter, compilePattern) !== null
      ? { kind: "copies", node, filter }
      : null;
  }
  const words = outcome === "any" ? [] : outcome.split(",");
  const events: OutcomeEvent[] = eventKinds.filter((kind) => words.includes(kindWords[kind]));
  const range = attempts === null ? null : attemptsRange(attempts);
  const isGood =
    filter === null &&
    events.length === words.length &&
    (attempts === null || range !== null) &&
    (channel === null || isName(channel)) &&
    (client ?? "").length <= clientCharactersMax;
  if (!isGood) return null;
  return {
    ...{ kind: "outcomes", node, channel },
    query: {
      ...(channel !== null && { channel }),
      ...(events.length > 0 && { event: events.join(",") }),
      ...(client !== null && { client }),
      ...(range !== null && { min: String(Math.max(0, range.min)), max: String(Math.max(0, range.max)) }),
    },
  };
}

/** Whoever asks for the same is in the same room. */
export function tailRoom(spec: TailSpec): string {
  return `tail:${JSON.stringify(tailFields.map((field) => spec[field] || null))}`;
}
