import { debounce, parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import {
  attemptsRange,
  type EventsQuery,
  heldStates,
  instantOf,
  isName,
  kindWords,
} from "../../../server/console/contract/index.ts";
import { parseTapFilter } from "../../../server/protocol/tap-filter.ts";

const words = Object.values(kindWords);
export const views = ["events", "messages"] as const;
export const defaultFrom = "now-1h";
export const ranges = ["now-5m", "now-1h", "now-6h", "now-1d", "now-7d"] as const;

const fields = {
  topic: parseAsString.withDefault(""),
  channel: parseAsString.withDefault(""),
  event: parseAsArrayOf(parseAsStringLiteral(words)).withDefault([]),
  client: parseAsString.withDefault(""),
  attempts: parseAsString.withDefault(""),
  body: parseAsString.withDefault(""),
  from: parseAsString.withDefault(defaultFrom),
  to: parseAsString.withDefault("now"),
  view: parseAsStringLiteral(views).withDefault("events"),
  /** null: what happened is asked for. Else what is waiting now. */
  state: parseAsStringLiteral(heldStates),
};

const typedMs = 250;

/** What is looked for, as it stands in the address. `type` for what is being typed, `set` for a choice. */
export function useAsked() {
  const [asked, setAsked] = useQueryStates(fields, { history: "replace" });
  return {
    asked,
    type: (part: Partial<typeof asked>) => void setAsked(part, { limitUrlUpdates: debounce(typedMs) }),
    set: (part: Partial<typeof asked>) => void setAsked(part, { history: "push" }),
    clear: () =>
      void setAsked(
        { topic: null, channel: null, event: null, client: null, attempts: null, body: null },
        { history: "push" },
      ),
  };
}

export type Asked = ReturnType<typeof useAsked>["asked"];

/** Which of the fields cannot be meant so. */
export function wrongIn({ topic, channel, attempts, body, from, to }: Asked): ReadonlySet<string> {
  const nowMs = Date.now();
  const [fromMs, toMs] = [instantOf(from, nowMs), instantOf(to, nowMs)];
  const wrong = new Set<string>();
  if (topic !== "" && !isName(topic)) wrong.add("topic");
  if (channel !== "" && !isName(channel)) wrong.add("channel");
  if (attempts !== "" && attemptsRange(attempts) === null) wrong.add("attempts");
  if (body !== "" && parseTapFilter(body) === null) wrong.add("body");
  if (fromMs === null) wrong.add("from");
  if (toMs === null) wrong.add("to");
  if (fromMs !== null && toMs !== null && fromMs > toMs) wrong.add("from");
  return wrong;
}

/** For the API; relative times stay relative. */
export function queryOf({ topic, channel, event, client, attempts, body, from, to }: Asked): EventsQuery {
  return {
    ...(topic !== "" && { topic }),
    ...(channel !== "" && { channel }),
    ...(event.length > 0 && { event: event.join(",") }),
    ...(client !== "" && { client }),
    ...(attempts !== "" && { attempts }),
    // Bodies are a topic's: without one there are none to look into.
    ...(body.trim() !== "" && topic !== "" && { body: body.trim() }),
    from,
    ...(to !== "now" && { to }),
  };
}

export function isFiltered(asked: Asked): boolean {
  return (
    ["topic", "channel", "client", "attempts", "body"].some((field) => asked[field as "topic"] !== "") ||
    asked.event.length > 0
  );
}
