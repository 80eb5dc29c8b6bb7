import { createLoader, parseAsString } from "nuqs/server";
import { rowFilterAddress } from "../../../components/table/row-filter.ts";

export const standardChannelSort = "-depth";

/** What of the page decides which channels it begins with. */
export const loadTopicAddress = createLoader({
  ...rowFilterAddress,
  sort: parseAsString.withDefault(standardChannelSort),
});
