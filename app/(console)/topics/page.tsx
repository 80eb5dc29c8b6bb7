import { rooms } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readRoom } from "../../read/api.ts";
import { Topics } from "./topics.tsx";

export default async function TopicsPage() {
  const topics = await readRoom(rooms.topics);
  return topics.ok ? <Topics rendered={topics.value} /> : <Failure failure={topics.failure} />;
}
