import { redirect } from "next/navigation";
import { messageIdPattern, rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { paths } from "../../paths.ts";
import { readRoom } from "../../read/api.ts";
import { Explorer } from "./explorer.tsx";

export default async function MessagesPage({
  searchParams,
}: {
  searchParams: Promise<{ id?: string | string[] }>;
}) {
  const { id } = await searchParams;
  if (typeof id === "string" && messageIdPattern.test(id.toLowerCase()))
    redirect(paths.message(id.toLowerCase()));
  const topics = await readRoom(rooms.topics);
  if (!topics.ok) return <FailedPage failure={topics.failure} />;
  return <Explorer names={topics.value.data?.keys ?? []} />;
}
