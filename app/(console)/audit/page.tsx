import { rooms } from "../../../server/console/contract/index.ts";
import { FailedPage } from "../../components/failed-page.tsx";
import { readRoom } from "../../read/api.ts";
import { Audit } from "./audit.tsx";

export default async function AuditPage() {
  const rendered = await readRoom(rooms.audit);
  return rendered.ok ? <Audit rendered={rendered.value} /> : <FailedPage failure={rendered.failure} />;
}
