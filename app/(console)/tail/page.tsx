import { rooms } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readRoom } from "../../read/api.ts";
import { Tail } from "./tail.tsx";

export default async function TailPage() {
  const topics = await readRoom(rooms.topics);
  return topics.ok ? <Tail rendered={topics.value} /> : <Failure failure={topics.failure} />;
}
