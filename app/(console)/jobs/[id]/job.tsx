"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import type { JobView, Snapshot } from "../../../../server/console/contract/index.ts";
import { useActionWords } from "../../../actions/words.ts";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { Status } from "../../../components/status.tsx";
import { JobAnnouncer } from "../../../jobs/announcer.tsx";
import { JobButtons } from "../../../jobs/job-buttons.tsx";
import { JobItems } from "../../../jobs/job-items.tsx";
import { JobProgress } from "../../../jobs/job-progress.tsx";
import { jobTones, objectOf, useJobWords } from "../../../jobs/job-words.ts";
import { RetryButton } from "../../../jobs/retry-button.tsx";
import { clock, day } from "../../../live/format.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRoom } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat } from "../../../words/index.ts";

export function Job({ id, rendered }: { id: string; rendered: Snapshot<`job:${string}`> }) {
  const { t } = useJobWords();
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null)
    return (
      <Gone what={t("gone")} name={id} wentAtMs={wentAtMs} back={{ href: paths.jobs, label: t("back") }} />
    );
  return <Existing view={data} />;
}

function Existing({ view }: { view: JobView }) {
  const { t, what, state } = useJobWords();
  const f = useFormat();
  const nowMs = useNow();
  const { job, items } = view;
  return (
    <>
      <PageHead
        title={what(job)}
        badges={<Status tone={jobTones[job.state]}>{state(job)}</Status>}
        note={
          <>
            {t("by", { actor: job.actor, ago: f.age(Math.max(0, nowMs - job.createdAtMs)) })}
            {job.topic !== null && (
              <>
                {" · "}
                <Link
                  href={job.channel === null ? paths.topic(job.topic) : paths.channel(job.topic, job.channel)}
                  className="font-mono text-accent underline"
                >
                  {objectOf(job)}
                </Link>
              </>
            )}
            {job.reason !== null && job.reason !== "" && (
              <span className="block">{t("reason", { reason: job.reason })}</span>
            )}
          </>
        }
        actions={
          <>
            <RetryButton view={view} />
            <JobButtons job={job} />
          </>
        }
      />
      <JobAnnouncer job={job} />
      <div className="mb-6 max-w-160 space-y-2">
        <JobProgress job={job} />
        <Sentences view={view} nowMs={nowMs} />
      </div>
      {view.exported === null && <JobItems view={view} />}
      <p className="mt-4 font-mono text-12 text-muted wrap-anywhere">{items.length > 0 && job.key}</p>
    </>
  );
}

function Sentences({ view: { job, requeue, exported, items }, nowMs }: { view: JobView; nowMs: number }) {
  const { t } = useJobWords();
  const f = useFormat();
  const zone = useZone();
  const actions = useActionWords();
  const lines: ReactNode[] = [];
  const link = (id: string) => (part: ReactNode) => (
    <Link href={paths.job(id)} className="text-accent underline">
      {part}
    </Link>
  );
  if (requeue !== null) {
    const state = requeue.state === "in-flight" ? "inflight" : requeue.state;
    lines.push(t("requeue", { state, rate: f.count(requeue.perSecond) }));
    if (requeue.gentle) lines.push(t("requeue-gentle"));
    if (requeue.attemptsMin > 0) lines.push(t("requeue-attempts", { count: requeue.attemptsMin }));
  }
  if (exported !== null) {
    const at = (ms: number) => `${day(ms, zone)} ${clock(ms, zone)}`;
    const { format, fromMs, toMs, cut } = exported;
    lines.push(t("exported", { format: format.toUpperCase(), from: at(fromMs), to: at(toMs) }));
    if (cut !== null) lines.push(t("cut"));
    const failed = items.find(({ state }) => state === "failed");
    if (failed !== undefined) lines.push(actions.nodeCode(failed.error ?? ""));
    if (job.file !== null) lines.push(t("file-until", { left: f.age(job.file.untilMs - nowMs) }));
    else if (job.endedAtMs !== null) lines.push(t("file-gone"));
  } else if (job.state === "cancelled")
    lines.push(t("stopped", { done: f.count(job.done), total: f.count(job.total) }));
  const isRemoval = job.kind === "empty" || job.kind === "delete";
  if (isRemoval && job.endedAtMs !== null) {
    const lost = job.done - job.kept;
    const until = job.undoUntilMs;
    if (until !== null && until > nowMs && job.undoneBy === null)
      lines.push(t("kept", { count: job.kept, shown: f.count(job.kept), left: f.age(until - nowMs) }));
    else if (job.undoneBy === null && job.done > 0) lines.push(t("kept-none"));
    if (lost > 0) lines.push(t("lost", { count: lost, shown: f.count(lost) }));
  }
  if (job.kind === "undo" && job.endedAtMs !== null && job.done < job.total) {
    const missing = job.total - job.done;
    lines.push(t("missing", { count: missing, shown: f.count(missing) }));
  }
  if (job.undoneBy !== null) lines.push(t.rich("undone-by", { a: link(job.undoneBy) }));
  if (job.undoOf !== null) lines.push(t.rich("undo-of", { a: link(job.undoOf) }));
  return lines.map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no other name
    <p key={at} className="text-13">
      {line}
    </p>
  ));
}
