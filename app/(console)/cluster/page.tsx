import { rooms } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readRoom } from "../../read/api.ts";
import { Cluster } from "./cluster.tsx";

export default async function ClusterPage() {
  const cluster = await readRoom(rooms.cluster);
  return cluster.ok ? <Cluster rendered={cluster.value} /> : <Failure failure={cluster.failure} />;
}
