import { createLoader, parseAsArrayOf, parseAsString, parseAsStringLiteral } from "nuqs/server";

export const topicStates = ["paused", "backlog", "noconsumer", "durable", "ephemeral"] as const;
export type TopicState = (typeof topicStates)[number];

export const standardSort = "-depth";

/** What of the page is in its address; what is not understood is as if it were not there. */
export const topicsAddress = {
  q: parseAsString.withDefault(""),
  state: parseAsArrayOf(parseAsStringLiteral(topicStates)).withDefault([]),
  sort: parseAsString.withDefault(standardSort),
};

export const loadTopicsAddress = createLoader({ ...topicsAddress, cols: parseAsArrayOf(parseAsString) });
