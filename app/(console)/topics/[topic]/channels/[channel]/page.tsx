import { createLoader, type SearchParams } from "nuqs/server";
import { rooms, windowTextMax } from "../../../../../../server/console/contract/index.ts";
import { FailedPage } from "../../../../../components/failed-page.tsx";
import { rowFilterAddress } from "../../../../../components/table/row-filter.ts";
import { nameOf } from "../../../../../paths.ts";
import { readRoom, readWindow } from "../../../../../read/api.ts";
import { Channel } from "./channel.tsx";

const loadFilter = createLoader(rowFilterAddress);

export default async function ChannelPage({
  params,
  searchParams,
}: {
  params: Promise<{ topic: string; channel: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const [names, { q, state }] = await Promise.all([params, loadFilter(searchParams)]);
  const [topic, channel] = [nameOf(names.topic), nameOf(names.channel)];
  const [room, clients] = await Promise.all([
    readRoom(rooms.channel(topic, channel)),
    readWindow(rooms.clients(topic, channel), { q: q.slice(0, windowTextMax), state }),
  ]);
  if (!clients.ok) return <FailedPage failure={clients.failure} />;
  return room.ok ? (
    <Channel topic={topic} channel={channel} rendered={room.value} clients={clients.value} />
  ) : (
    <FailedPage failure={room.failure} />
  );
}
