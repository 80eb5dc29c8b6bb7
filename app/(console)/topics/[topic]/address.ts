import { createLoader, parseAsString } from "nuqs/server";

export const standardChannelSort = "-depth";

/** What of the page decides which channels it begins with. */
export const loadTopicAddress = createLoader({ sort: parseAsString.withDefault(standardChannelSort) });
