import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Jobs } from "./jobs.tsx";

export default async function JobsPage() {
  const jobs = await readRoom(rooms.jobs);
  return jobs.ok ? <Jobs rendered={jobs.value} /> : <FailedPage failure={jobs.failure} />;
}
