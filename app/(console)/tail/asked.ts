import { debounce, parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { TailSpec } from "../../../client/browser/index.ts";
import { attemptsRange, isName, kindWords } from "../../../server/console/contract/index.ts";
import { parseTapFilter } from "../../../server/protocol/tap-filter.ts";

export const shows = ["copies", "outcomes"] as const;
const words = Object.values(kindWords);
const fields = {
  topic: parseAsString.withDefault(""),
  show: parseAsStringLiteral(shows).withDefault("copies"),
  filter: parseAsString.withDefault(""),
  event: parseAsArrayOf(parseAsStringLiteral(words)).withDefault([]),
  channel: parseAsString.withDefault(""),
  attempts: parseAsString.withDefault(""),
  client: parseAsString.withDefault(""),
  node: parseAsString.withDefault(""),
};
const typedMs = 400;

export function useAsked() {
  const [asked, setAsked] = useQueryStates(fields, { history: "replace" });
  return {
    asked,
    type: (part: Partial<typeof asked>) => void setAsked(part, { limitUrlUpdates: debounce(typedMs) }),
    set: (part: Partial<typeof asked>) => void setAsked(part, { history: "push" }),
  };
}
export type Asked = ReturnType<typeof useAsked>["asked"];

/** Which of the fields cannot be meant so. */
export function wrongIn({ topic, show, filter, channel, attempts }: Asked): ReadonlySet<string> {
  const wrong = new Set<string>();
  if (topic !== "" && !isName(topic)) wrong.add("topic");
  if (show === "copies") {
    if (filter.trim() !== "" && parseTapFilter(filter) === null) wrong.add("filter");
  } else {
    if (channel !== "" && !isName(channel)) wrong.add("channel");
    if (attempts !== "" && attemptsRange(attempts) === null) wrong.add("attempts");
  }
  return wrong;
}

/** What is asked for; null: nothing can be listened to. */
export function specOf(asked: Asked): TailSpec | null {
  const { topic, show, filter, event, channel, attempts, client, node } = asked;
  if (topic === "" || wrongIn(asked).size > 0) return null;
  return show === "copies"
    ? { topic, filter: filter.trim(), node }
    : { topic, outcome: event.length === 0 ? "any" : event.join(","), channel, attempts, client, node };
}
