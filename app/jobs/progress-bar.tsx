"use client";

import type { JobRow, JobState } from "../../server/console/contract/index.ts";
import { cn } from "../components/classes.ts";

const fills: Partial<Record<JobState, string>> = {
  succeeded: "bg-ok",
  failed: "bg-crit",
  partly: "bg-warn",
  cancelled: "bg-muted",
};

/** How much is done. Over nothing to do, all is. */
export function percentOf(done: number, total: number, isOver: boolean): number {
  if (total <= 0) return isOver ? 100 : 0;
  return Math.min(100, Math.floor((done * 100) / total));
}

/** Of a job: by what is done, or by how much of its time was looked through. */
export function percentOfJob({ done, total, share, endedAtMs }: JobRow): number {
  const isOver = endedAtMs !== null;
  return share === null ? percentOf(done, total, isOver) : Math.floor(100 * share);
}

export function ProgressBar({
  label,
  percent,
  state = "running",
  thin = false,
}: {
  label: string;
  percent: number;
  state?: JobState;
  thin?: boolean;
}) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cn("w-full overflow-hidden rounded-full bg-text/10", thin ? "h-1" : "h-2")}
    >
      <div
        className={cn("h-full origin-left", fills[state] ?? "bg-info")}
        style={{ transform: `scaleX(${percent / 100})` }}
      />
    </div>
  );
}
