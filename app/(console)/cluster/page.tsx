import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Cluster } from "./cluster.tsx";

export default async function ClusterPage() {
  const cluster = await readRoom(rooms.cluster);
  return cluster.ok ? <Cluster rendered={cluster.value} /> : <FailedPage failure={cluster.failure} />;
}
