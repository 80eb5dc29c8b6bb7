"use client";

import Link from "next/link";
import { type OperatorAction, rooms, type Snapshot } from "../../../server/console/contract/index.ts";
import { JobButtons } from "../../jobs/job-buttons.tsx";
import { useJobWords } from "../../jobs/job-words.ts";
import { useRoom } from "../../live/use-room.ts";
import { paths } from "../../paths.ts";

/** The job by which it was done; null: it was none. */
export function jobIdOf({ object }: OperatorAction): string | null {
  const id = object?.["job"];
  return typeof id === "string" ? id : null;
}

/** The job as it is now, and what can be done about it: cancelled, fetched, given back. */
export function JobOfLine({ id }: { id: string }) {
  const { what } = useJobWords();
  const nothing: Snapshot<`job:${string}`> = { room: rooms.job(id), rev: 0, atMs: 0, data: null };
  const { data } = useRoom(nothing);
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Link href={paths.job(id)} className="text-accent hover:underline wrap-anywhere">
        {data === null ? id : what(data.job)}
      </Link>
      {data !== null && <JobButtons job={data.job} small />}
    </span>
  );
}
