import type { SearchParams } from "nuqs/server";
import { rooms, windowTextMax } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { shownOf } from "../../components/table/shown-columns.ts";
import { readWindow } from "../../read/api.ts";
import { allTopicColumns } from "../../tables/topic-columns.tsx";
import { loadTopicsAddress } from "./address.ts";
import { Topics } from "./topics.tsx";

/** Enough for the first look at a high screen. */
const firstRows = 40;

export default async function TopicsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { q, state, sort, cols } = await loadTopicsAddress(searchParams);
  const topics = await readWindow(rooms.topics, {
    q: q.slice(0, windowTextMax),
    state,
    sort: sort.slice(0, 200),
    columns: shownOf(allTopicColumns, cols).map(({ id }) => id),
    limit: firstRows,
  });
  return topics.ok ? <Topics rendered={topics.value} /> : <FailedPage failure={topics.failure} />;
}
