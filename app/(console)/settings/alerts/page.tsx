import { FailedPage } from "../../../components/failed-page.tsx";
import { readAlerts } from "../../../read/api.ts";
import { Alerts } from "./alerts.tsx";

export default async function AlertsPage() {
  const alerts = await readAlerts();
  return alerts.ok ? <Alerts rendered={alerts.value} /> : <FailedPage failure={alerts.failure} />;
}
