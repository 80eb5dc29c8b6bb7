"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { toast } from "sonner";
import { isEnded, type JobView, rooms, type Snapshot } from "../../server/console/contract/index.ts";
import { useRoom } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { useFormat } from "../words/index.ts";
import { JobAnnouncer } from "./announcer.tsx";
import { JobItems } from "./job-items.tsx";
import { JobProgress } from "./job-progress.tsx";
import { useJobWords } from "./job-words.ts";

/** A job in the dialog that began it: its bar while it runs; who failed and why when not all went well. */
export function JobFollow({
  started,
  onDone,
  onFailed,
}: {
  started: JobView;
  /** All went well: said in a toast, with Undo where there is something to give back. */
  onDone: () => void;
  /** On these nodes it failed. */
  onFailed: (nodes: readonly string[]) => void;
}) {
  const { t, what } = useJobWords();
  const f = useFormat();
  const router = useRouter();
  const { key } = started.job;
  const rendered: Snapshot<`job:${string}`> = { room: rooms.job(key), rev: 0, atMs: 0, data: started };
  const view = useRoom(rendered).data ?? started;
  const told = useRef("");
  const { job, items } = view;
  useEffect(() => {
    if (!isEnded(job.state) || told.current === key) return;
    told.current = key;
    if (job.state !== "succeeded") {
      onFailed(items.filter(({ state }) => state === "failed").map(({ node }) => node));
      return;
    }
    toast.success(t("dialog.done", { what: what(job) }), {
      description: t("dialog.done-on", { count: job.done, shown: f.count(job.done) }),
      action: {
        label: job.kept > 0 ? t("undo") : t("open"),
        onClick: () => router.push(paths.job(key)),
      },
    });
    onDone();
  });
  return (
    <div className="mt-4 space-y-3">
      <JobAnnouncer job={job} />
      <JobProgress job={job} />
      {isEnded(job.state) ? (
        <JobItems view={view} />
      ) : (
        <p className="text-13 text-muted">{t("dialog.running")}</p>
      )}
    </div>
  );
}
