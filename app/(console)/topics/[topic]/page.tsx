import type { SearchParams } from "nuqs/server";
import { rooms, windowTextMax } from "../../../../server/console/contract/index.ts";
import { FailedPage } from "../../../components/failed-page.tsx";
import { nameOf } from "../../../paths.ts";
import { readRoom, readWindow } from "../../../read/api.ts";
import { loadTopicAddress } from "./address.ts";
import { Topic } from "./topic.tsx";

export default async function TopicPage({
  params,
  searchParams,
}: {
  params: Promise<{ topic: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const name = nameOf((await params).topic);
  const { q, state, sort } = await loadTopicAddress(searchParams);
  const [topic, channels] = await Promise.all([
    readRoom(rooms.topic(name)),
    readWindow(rooms.channels(name), {
      q: q.slice(0, windowTextMax),
      state,
      sort: sort.slice(0, 200),
    }),
  ]);
  if (!topic.ok) return <FailedPage failure={topic.failure} />;
  if (!channels.ok) return <FailedPage failure={channels.failure} />;
  return <Topic name={name} rendered={topic.value} channels={channels.value} />;
}
