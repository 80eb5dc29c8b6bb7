import type { JobRow } from "../../server/console/contract/index.ts";
import type { Tone } from "../components/status.tsx";
import { useWords } from "../words/index.ts";

/** "orders/billing", "orders", or a node. */
export function objectOf({ topic, channel, node }: Pick<JobRow, "topic" | "channel" | "node">): string {
  if (topic === null) return node ?? "";
  return channel === null ? topic : `${topic}/${channel}`;
}

/** What a job is called, and how it stands, in the reader's language. */
export function useJobWords() {
  const t = useWords("jobs");
  return {
    t,
    what: (job: JobRow) =>
      job.kind === "export" && job.topic === null
        ? t("what.export-all")
        : t(`what.${job.kind}`, { name: objectOf(job) }),
    state: ({ state, cancelAsked }: JobRow) =>
      t(`state.${cancelAsked && state === "running" ? "cancelling" : state}`),
  };
}

export const jobTones: Record<JobRow["state"], Tone> = {
  queued: "unknown",
  running: "info",
  succeeded: "ok",
  partly: "warn",
  failed: "crit",
  cancelled: "unknown",
};
