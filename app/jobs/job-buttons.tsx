"use client";

import { Download, Square, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { apiPaths, decide, isEnded, type JobRow } from "../../server/console/contract/index.ts";
import { useWritesClosed } from "../actions/use-writes.ts";
import { base } from "../base.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { useLive } from "../live/provider.tsx";
import { useNow } from "../live/use-now.ts";
import { paths } from "../paths.ts";
import { useFormat, useWords } from "../words/index.ts";
import { cancelJob, undoJob } from "./ask.ts";
import { useJobWords } from "./job-words.ts";

/** Whether there is something to give back, and nobody has asked for it. */
export function isUndoable(job: JobRow, nowMs: number): boolean {
  return isEnded(job.state) && job.undoUntilMs !== null && job.undoUntilMs > nowMs && job.undoneBy === null;
}

/** Why this person may not touch the job; null: they may. */
export function useClosed(job: JobRow): string | null {
  const t = useWords("actions");
  const { session } = useLive();
  const closed = useWritesClosed();
  const isOthers = job.kind === "export" && job.actor !== session.user;
  const action = job.kind === "undo" ? "empty" : isOthers ? "manage-users" : job.kind;
  const object = { topic: job.topic ?? undefined, channel: job.channel ?? undefined };
  const verdict = decide(session, action, object);
  if (closed !== null || verdict.ok) return closed;
  const { role, on } = verdict.needs;
  return role === null ? t("closed.right", { on }) : t("closed.role", { role, on });
}

export function JobButtons({ job, small = false }: { job: JobRow; small?: boolean }) {
  const nowMs = useNow();
  if (!isEnded(job.state)) return <CancelButton job={job} small={small} />;
  if (job.file !== null) return <DownloadLink job={job} small={small} />;
  return isUndoable(job, nowMs) ? <UndoButton job={job} small={small} /> : null;
}

function DownloadLink({ job, small }: { job: JobRow; small: boolean }) {
  const { t, what } = useJobWords();
  const f = useFormat();
  return (
    <a
      href={base + apiPaths.jobFile(job.key)}
      download
      aria-label={`${t("download")}: ${what(job)}`}
      className={buttonClass({ kind: small ? "plain" : "primary", size: small ? "small" : "normal" })}
    >
      <Download aria-hidden="true" />
      {small ? t("download") : t("download-size", { bytes: f.bytes(job.file?.bytes ?? null) })}
    </a>
  );
}

function CancelButton({ job, small }: { job: JobRow; small: boolean }) {
  const { t, what } = useJobWords();
  const closed = useClosed(job);
  const act = async () => {
    const answer = await cancelJob(job.key);
    if (answer.ok) toast(t("cancel-asked"));
    else toast.error(answer.failure.message);
  };
  const button = (
    <Button
      size={small ? "small" : "normal"}
      aria-label={`${t("cancel")}: ${what(job)}`}
      disabled={job.cancelAsked}
      aria-disabled={closed !== null}
      onClick={() => closed === null && void act()}
    >
      <Square aria-hidden="true" />
      {t("cancel")}
    </Button>
  );
  return closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>;
}

function UndoButton({ job, small }: { job: JobRow; small: boolean }) {
  const { t, what } = useJobWords();
  const f = useFormat();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const closed = useClosed(job);
  const act = async () => {
    const answer = await undoJob(job.key);
    if (!answer.ok) return void toast.error(answer.failure.message);
    setOpen(false);
    toast(t("undo-started"));
    router.push(paths.job(answer.value.job.key));
  };
  const button = (
    <Button
      size={small ? "small" : "normal"}
      kind={small ? "plain" : "primary"}
      aria-label={`${t("undo")}: ${what(job)}`}
      aria-disabled={closed !== null}
      onClick={() => closed === null && setOpen(true)}
    >
      <Undo2 aria-hidden="true" />
      {t("undo")}
    </Button>
  );
  return (
    <>
      {closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("undo-title")}
        description={t("undo-effect", { count: job.kept, shown: f.count(job.kept) })}
        action={
          <Button kind="primary" onClick={() => void act()}>
            {t("undo")}
          </Button>
        }
      />
    </>
  );
}
