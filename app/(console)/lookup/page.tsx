import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Lookup } from "./lookup.tsx";

export default async function LookupPage() {
  const nodes = await readRoom(rooms.nodes);
  return nodes.ok ? <Lookup rendered={nodes.value} /> : <FailedPage failure={nodes.failure} />;
}
