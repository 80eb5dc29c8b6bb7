import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Tail } from "./tail.tsx";

export default async function TailPage({
  searchParams,
}: {
  searchParams: Promise<{ topic?: string | string[] }>;
}) {
  const { topic } = await searchParams;
  const topics = await readRoom(rooms.topics);
  if (!topics.ok) return <FailedPage failure={topics.failure} />;
  const rows = topics.value.data?.rows ?? [];
  const keys = rows.find(({ key }) => key === topic)?.nodes ?? [];
  return <Tail names={topics.value.data?.keys ?? []} keys={keys} />;
}
