import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Publish } from "./publish.tsx";

export default async function PublishPage() {
  const topics = await readRoom(rooms.topics);
  return topics.ok ? (
    <Publish names={topics.value.data?.keys ?? []} />
  ) : (
    <FailedPage failure={topics.failure} />
  );
}
