import { rooms } from "../../../../server/console/contract/index.ts";
import { FailedPage } from "../../../components/failed-page.tsx";
import { nameOf } from "../../../paths.ts";
import { readRoom } from "../../../read/api.ts";
import { Job } from "./job.tsx";

export default async function JobPage({ params }: { params: Promise<{ id: string }> }) {
  const id = nameOf((await params).id);
  const job = await readRoom(rooms.job(id));
  return job.ok ? <Job id={id} rendered={job.value} /> : <FailedPage failure={job.failure} />;
}
