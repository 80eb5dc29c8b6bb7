import { debounce, parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import {
  attemptsRange,
  isName,
  kindWords,
  rooms,
  type TailRoom,
  type TailSpec,
} from "../../../server/console/contract/index.ts";
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

/** The room that has it; null: nothing can be listened to. */
export function roomOf(asked: Asked): TailRoom | null {
  const { topic, show, filter, event, channel, attempts, client, node } = asked;
  if (topic === "" || wrongIn(asked).size > 0) return null;
  const spec: TailSpec =
    show === "copies"
      ? { filter: filter.trim(), node }
      : { outcome: event.length === 0 ? "any" : event.join(","), channel, attempts, client, node };
  return rooms.tail(topic, spec);
}
