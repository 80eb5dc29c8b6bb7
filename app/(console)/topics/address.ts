import { createLoader, parseAsArrayOf, parseAsString } from "nuqs/server";
import { rowFilterAddress } from "../../components/table/row-filter.ts";

export const standardSort = "-depth";

/** What of the page is in its address; what is not understood is as if it were not there. */
export const loadTopicsAddress = createLoader({
  ...rowFilterAddress,
  sort: parseAsString.withDefault(standardSort),
  cols: parseAsArrayOf(parseAsString),
});
