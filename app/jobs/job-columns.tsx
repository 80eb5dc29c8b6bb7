import Link from "next/link";
import type { JobRow } from "../../server/console/contract/index.ts";
import { Status } from "../components/status.tsx";
import type { Column } from "../components/table/column.ts";
import { clock, day, type Formats } from "../live/format.ts";
import type { Zone } from "../live/zone.ts";
import { paths } from "../paths.ts";
import { JobButtons } from "./job-buttons.tsx";
import { jobTones, type useJobWords } from "./job-words.ts";
import { ProgressBar, percentOfJob } from "./progress-bar.tsx";

export function jobColumns(
  { t, what, state }: ReturnType<typeof useJobWords>,
  f: Formats,
  zone: Zone,
): readonly Column<JobRow>[] {
  return [
    {
      id: "what",
      header: t("column.what"),
      value: what,
      priority: 1,
      cell: (job) => (
        <Link href={paths.job(job.key)} className="font-medium text-accent hover:underline wrap-anywhere">
          {what(job)}
        </Link>
      ),
    },
    {
      id: "state",
      header: t("column.state"),
      value: state,
      priority: 1,
      cell: (job) => <Status tone={jobTones[job.state]}>{state(job)}</Status>,
    },
    {
      id: "progress",
      header: t("column.progress"),
      value: (job) => job.done,
      priority: 2,
      cell: (job) => {
        const shown = { done: f.count(job.done), total: f.count(job.total) };
        const rows = { count: job.done, rows: shown.done };
        return (
          <span className="flex min-w-36 items-center gap-2">
            <span className="w-16">
              <ProgressBar
                thin
                label={job.share === null ? t("progress", shown) : t("rows", rows)}
                percent={percentOfJob(job)}
                state={job.state}
              />
            </span>
            <span data-number="" className="tabular-nums">
              {job.share === null ? t("progress-short", shown) : t("rows", rows)}
            </span>
          </span>
        );
      },
    },
    {
      id: "actor",
      header: t("column.actor"),
      value: (job) => job.actor,
      priority: 3,
      cell: (job) => job.actor,
    },
    {
      id: "created",
      header: t("column.created"),
      value: (job) => job.createdAtMs,
      priority: 2,
      numeric: true,
      cell: ({ createdAtMs }) => (
        <time dateTime={new Date(createdAtMs).toISOString()}>
          {day(createdAtMs, zone)} {clock(createdAtMs, zone)}
        </time>
      ),
    },
    {
      id: "took",
      header: t("column.took"),
      value: tookMs,
      priority: 3,
      numeric: true,
      cell: (job) => f.span(tookMs(job)),
    },
    { id: "do", header: "", priority: 1, cell: (job) => <JobButtons job={job} small /> },
  ];
}

function tookMs({ startedAtMs, endedAtMs }: JobRow): number | null {
  return startedAtMs === null || endedAtMs === null ? null : endedAtMs - startedAtMs;
}
