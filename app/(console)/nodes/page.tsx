import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Nodes } from "./nodes.tsx";

export default async function NodesPage() {
  const nodes = await readRoom(rooms.nodes);
  return nodes.ok ? <Nodes rendered={nodes.value} /> : <FailedPage failure={nodes.failure} />;
}
