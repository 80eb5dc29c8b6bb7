import { rooms } from "../../server/console/contract/index.ts";
import { Failure } from "../components/failure.tsx";
import { readRoom } from "../read/api.ts";
import { Overview } from "./overview.tsx";

export default async function OverviewPage() {
  const overview = await readRoom(rooms.overview);
  return overview.ok ? <Overview rendered={overview.value} /> : <Failure failure={overview.failure} />;
}
