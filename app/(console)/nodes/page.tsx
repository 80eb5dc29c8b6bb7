import { rooms } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readRoom } from "../../read/api.ts";
import { Nodes } from "./nodes.tsx";

export default async function NodesPage() {
  const nodes = await readRoom(rooms.nodes);
  return nodes.ok ? <Nodes rendered={nodes.value} /> : <Failure failure={nodes.failure} />;
}
