import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Consume } from "./consume.tsx";

export default async function ConsumePage() {
  const topics = await readRoom(rooms.topics);
  return topics.ok ? (
    <Consume names={topics.value.data?.keys ?? []} />
  ) : (
    <FailedPage failure={topics.failure} />
  );
}
