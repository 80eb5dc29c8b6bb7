import { FailedPage } from "../../../components/failed-page.tsx";
import { readRetention } from "../../../read/api.ts";
import { Retention } from "./retention.tsx";

export default async function RetentionPage() {
  const retention = await readRetention();
  return retention.ok ? <Retention rendered={retention.value} /> : <FailedPage failure={retention.failure} />;
}
