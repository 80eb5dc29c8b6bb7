"use client";

import type { JobRow } from "../../server/console/contract/index.ts";
import { useFormat } from "../words/index.ts";
import { useJobWords } from "./job-words.ts";
import { ProgressBar, percentOfJob } from "./progress-bar.tsx";

/** The bar, and in figures how far it is, how fast, and how long it will take. */
export function JobProgress({ job }: { job: JobRow }) {
  const { t, what } = useJobWords();
  const f = useFormat();
  const shown = { done: f.count(job.done), total: f.count(job.total) };
  return (
    <div>
      <ProgressBar label={what(job)} percent={percentOfJob(job)} state={job.state} />
      <p className="mt-1.5 flex flex-wrap gap-x-4 text-13 tabular-nums">
        <span>
          {job.share === null ? t("progress", shown) : t("rows", { count: job.done, rows: shown.done })}
        </span>
        {job.perSecond !== null && (
          <span className="text-muted">{t("rate", { rate: f.rate(job.perSecond) })}</span>
        )}
        {job.leftMs !== null && job.leftMs > 0 && (
          <span className="text-muted">{t("left", { left: f.age(job.leftMs) })}</span>
        )}
      </p>
    </div>
  );
}
