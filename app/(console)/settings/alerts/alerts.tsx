"use client";

import { type AlertsView, decide } from "../../../../server/console/contract/index.ts";
import { PageHead } from "../../../components/page-head.tsx";
import { useLive } from "../../../live/provider.tsx";
import { useWords } from "../../../words/index.ts";
import { Firing } from "./firing.tsx";
import { History } from "./history.tsx";
import { Rules } from "./rules.tsx";
import { useAlerts } from "./use-alerts.ts";
import { Webhooks } from "./webhooks.tsx";

/** What fires now, by which rules, whom it is told, and what there was. */
export function Alerts({ rendered }: { rendered: AlertsView }) {
  const t = useWords("alerts");
  const { session } = useLive();
  const { view, act } = useAlerts(rendered);
  const manages = decide(session, "manage-alerts", {}).ok;
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      <div className="space-y-8">
        <Firing view={view} act={act} />
        <Rules view={view} act={act} manages={manages} />
        {manages && <Webhooks webhooks={view.webhooks} act={act} />}
        <History />
      </div>
    </>
  );
}
