import { Failure } from "../../../components/failure.tsx";
import { readAlerts } from "../../../read/api.ts";
import { Alerts } from "./alerts.tsx";

export default async function AlertsPage() {
  const alerts = await readAlerts();
  return alerts.ok ? <Alerts rendered={alerts.value} /> : <Failure failure={alerts.failure} />;
}
