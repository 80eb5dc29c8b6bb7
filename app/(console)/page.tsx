import { rooms } from "../../server/console/contract/index.ts";
import { FailedPage } from "../components/failed-page.tsx";
import { readRoom } from "../read/api.ts";
import { Overview } from "./overview.tsx";

export default async function OverviewPage() {
  const overview = await readRoom(rooms.overview);
  return overview.ok ? <Overview rendered={overview.value} /> : <FailedPage failure={overview.failure} />;
}
