"use client";

import { useEffect, useState } from "react";
import { isEnded, type JobRow } from "../../server/console/contract/index.ts";
import { useJobWords } from "./job-words.ts";
import { percentOfJob } from "./progress-bar.tsx";

const stepPercent = 25;

/** Says each quarter, and the end, to those who do not see the bar. */
export function JobAnnouncer({ job }: { job: JobRow }) {
  const { t, what, state } = useJobWords();
  const over = isEnded(job.state);
  const percent = percentOfJob(job);
  const quarter = Math.floor(percent / stepPercent) * stepPercent;
  const words = over
    ? t("ended", { what: what(job), state: state(job) })
    : quarter > 0
      ? t("announced", { what: what(job), percent: quarter })
      : "";
  const [said, setSaid] = useState("");
  // Only what is other is said: a region that is drawn with its words in it is not read.
  useEffect(() => setSaid(words), [words]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
