import { rooms } from "../../../../../../server/console/contract/index.ts";
import { FailedPage } from "../../../../../components/failed-page.tsx";
import { nameOf } from "../../../../../paths.ts";
import { readRoom, readWindow } from "../../../../../read/api.ts";
import { Channel } from "./channel.tsx";

export default async function ChannelPage({
  params,
}: {
  params: Promise<{ topic: string; channel: string }>;
}) {
  const names = await params;
  const [topic, channel] = [nameOf(names.topic), nameOf(names.channel)];
  const [room, clients] = await Promise.all([
    readRoom(rooms.channel(topic, channel)),
    readWindow(rooms.clients(topic, channel), {}),
  ]);
  if (!clients.ok) return <FailedPage failure={clients.failure} />;
  return room.ok ? (
    <Channel topic={topic} channel={channel} rendered={room.value} clients={clients.value} />
  ) : (
    <FailedPage failure={room.failure} />
  );
}
