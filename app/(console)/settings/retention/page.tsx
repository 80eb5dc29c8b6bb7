import { Failure } from "../../../components/failure.tsx";
import { readRetention } from "../../../read/api.ts";
import { Retention } from "./retention.tsx";

export default async function RetentionPage() {
  const retention = await readRetention();
  return retention.ok ? <Retention rendered={retention.value} /> : <Failure failure={retention.failure} />;
}
