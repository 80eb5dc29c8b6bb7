"use client";

import { ListChecks } from "lucide-react";
import Link from "next/link";
import { Popover } from "radix-ui";
import { isEnded, type JobsView, rooms, type Snapshot } from "../../server/console/contract/index.ts";
import { buttonClass } from "../components/button.tsx";
import { useNow } from "../live/use-now.ts";
import { useRoom, useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { isUndoable, JobButtons } from "./job-buttons.tsx";
import { JobProgress } from "./job-progress.tsx";
import { useJobWords } from "./job-words.ts";

const shownMax = 5;
const nothing: Snapshot<"jobs"> = { room: rooms.jobs, rev: 0, atMs: 0, data: { jobs: [], fresh: true } };

/** Jobs that run, on every page, and those just done that can be undone. Without a database there are none. */
export function JobsTray() {
  const { data } = useStatus();
  return data.database.state === "none" ? null : <Tray />;
}

function Tray() {
  const { t, what } = useJobWords();
  const nowMs = useNow();
  const { jobs }: JobsView = useRoom(nothing).data ?? nothing.data!;
  const running = jobs.filter(({ state }) => !isEnded(state));
  const shown = [...running, ...jobs.filter((job) => isUndoable(job, nowMs))].slice(0, shownMax);
  const count = running.length;
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t("tray", { count })}
        className={buttonClass({ kind: "quiet", size: "icon" }, "relative")}
      >
        <ListChecks aria-hidden="true" />
        {count > 0 && (
          <span className="absolute -top-0.5 -right-0.5 flex h-4 min-w-4 items-center justify-center rounded-full bg-info px-1 text-11 font-medium text-bg tabular-nums">
            {count}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t("title")}
          className="z-50 w-88 max-w-[calc(100vw-16px)] rounded-card bg-raised p-3 text-13 shadow-float"
        >
          {shown.length === 0 ? (
            <p className="text-muted">{t("tray-none")}</p>
          ) : (
            <ul className="space-y-3">
              {shown.map((job) => (
                <li key={job.key}>
                  <div className="mb-1 flex items-center gap-2">
                    <Link
                      href={paths.job(job.key)}
                      className="min-w-0 flex-1 font-medium text-accent wrap-anywhere"
                    >
                      {what(job)}
                    </Link>
                    <JobButtons job={job} small />
                  </div>
                  <JobProgress job={job} />
                </li>
              ))}
            </ul>
          )}
          <Link href={paths.jobs} className="mt-3 block border-t border-line pt-2 text-accent">
            {t("all")}
          </Link>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
