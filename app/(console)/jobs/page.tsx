import { rooms } from "../../../server/console/contract/index.ts";
import { Failure } from "../../components/failure.tsx";
import { readRoom } from "../../read/api.ts";
import { Jobs } from "./jobs.tsx";

export default async function JobsPage() {
  const jobs = await readRoom(rooms.jobs);
  return jobs.ok ? <Jobs rendered={jobs.value} /> : <Failure failure={jobs.failure} />;
}
