"use client";

import Link from "next/link";
import { type AuditPage, apiBase } from "../../server/console/contract/index.ts";
import { clock } from "../live/format.ts";
import { useRead } from "../live/use-read.ts";
import { paths } from "../paths.ts";
import { useZone } from "../preferences/provider.tsx";
import { useWords } from "../words/index.ts";

/** Deleting and its last figures come at different moments: so far apart they still belong together. */
const apartMsMax = 60_000;
const retryMs = 5_000;

/** Who took away what this page was about, as the operators' log has it; nothing where it does not know. */
export function DeletedBy({
  topic,
  channel,
  wentAtMs,
}: {
  topic: string;
  channel?: string | undefined;
  wentAtMs: number;
}) {
  const t = useWords("components");
  const zone = useZone();
  const query = new URLSearchParams({ topic, ...(channel === undefined ? {} : { channel }), limit: "20" });
  const { value } = useRead<AuditPage>(`${apiBase}/audit?${query}`, retryMs);
  const act = value?.rows.find(
    ({ action, atMs }) => action.startsWith("delete") && Math.abs(atMs - wentAtMs) < apartMsMax,
  );
  if (act === undefined) return null;
  return (
    <p data-testid="deleted-by">
      {t("gone.deletedBy", { user: act.actor, at: clock(act.atMs, zone) })}{" "}
      <Link href={paths.auditOf({ topic, channel })} className="text-accent underline">
        {t("gone.audit")}
      </Link>
    </p>
  );
}
