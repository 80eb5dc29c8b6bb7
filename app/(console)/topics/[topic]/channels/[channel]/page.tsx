import { rooms } from "../../../../../../server/console/contract/index.ts";
import { Failure } from "../../../../../components/failure.tsx";
import { nameOf } from "../../../../../paths.ts";
import { readRoom } from "../../../../../read/api.ts";
import { Channel } from "./channel.tsx";

export default async function ChannelPage({
  params,
}: {
  params: Promise<{ topic: string; channel: string }>;
}) {
  const names = await params;
  const [topic, channel] = [nameOf(names.topic), nameOf(names.channel)];
  const room = await readRoom(rooms.channel(topic, channel));
  return room.ok ? (
    <Channel topic={topic} channel={channel} rendered={room.value} />
  ) : (
    <Failure failure={room.failure} />
  );
}
