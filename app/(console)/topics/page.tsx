import type { SearchParams } from "nuqs/server";
import { rooms, windowTextMax } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readWindow } from "../../read/api.ts";
import { loadTopicsAddress } from "./address.ts";
import { Topics } from "./topics.tsx";

export default async function TopicsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { q, state, sort } = await loadTopicsAddress(searchParams);
  const topics = await readWindow(rooms.topics, {
    q: q.slice(0, windowTextMax),
    state,
    sort: sort.slice(0, 200),
  });
  return topics.ok ? <Topics rendered={topics.value} /> : <Failure failure={topics.failure} />;
}
