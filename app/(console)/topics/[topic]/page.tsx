import { rooms } from "../../../../server/console/contract/index.ts";
import { Failure } from "../../../components/failure.tsx";
import { nameOf } from "../../../paths.ts";
import { readRoom } from "../../../read/api.ts";
import { Topic } from "./topic.tsx";

export default async function TopicPage({ params }: { params: Promise<{ topic: string }> }) {
  const name = nameOf((await params).topic);
  const topic = await readRoom(rooms.topic(name));
  return topic.ok ? <Topic name={name} rendered={topic.value} /> : <Failure failure={topic.failure} />;
}
