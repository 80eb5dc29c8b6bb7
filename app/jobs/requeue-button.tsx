"use client";

import { RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import {
  gentlePerSecondMin,
  type JobPreview,
  type JobView,
  perSecondDefault,
  perSecondMax,
  type RequeueParams,
} from "../../server/console/contract/index.ts";
import { ReasonField } from "../actions/reason-field.tsx";
import { TypedField } from "../actions/typed-field.tsx";
import { useMessagesClosed } from "../actions/use-writes.ts";
import { Button } from "../components/button.tsx";
import { ClosableButton } from "../components/closable-button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field, Input } from "../components/field.tsx";
import { RadioLine } from "../components/radio-line.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Shape } from "../components/status.tsx";
import { useFormat, useWords } from "../words/index.ts";
import { previewJob, startJob } from "./ask.ts";
import { JobFollow } from "./job-follow.tsx";
import { useJobWords } from "./job-words.ts";
import { Samples } from "./preview-words.tsx";

const states = ["in-flight", "deferred", "both"] as const;
const attemptsMax = 65_535;
const lookMs = 300;

/** Opens the question which messages of a channel are to be handed out again at once. */
export function RequeueButton({
  topic,
  channel,
  state,
}: {
  topic: string;
  channel: string;
  state: RequeueParams["state"];
}) {
  const { t } = useJobWords();
  const [open, setOpen] = useState(false);
  const closed = useMessagesClosed(topic, channel);
  return (
    <>
      <ClosableButton size="small" closed={closed} onClick={() => setOpen(true)}>
        <RotateCcw aria-hidden="true" />
        {t("requeue-button")}
      </ClosableButton>
      {open && (
        <RequeueDialog topic={topic} channel={channel} initial={state} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

function RequeueDialog({
  topic,
  channel,
  initial,
  onClose,
}: {
  topic: string;
  channel: string;
  initial: RequeueParams["state"];
  onClose: () => void;
}) {
  const { t } = useJobWords();
  const actions = useWords("actions");
  const f = useFormat();
  const [params, setParams] = useState<RequeueParams>({
    ...{ state: initial, attemptsMin: 0, perSecond: perSecondDefault, gentle: false },
  });
  const [preview, setPreview] = useState<JobPreview | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const [id] = useState(() => crypto.randomUUID());
  const [started, setStarted] = useState<JobView | null>(null);
  const { state, attemptsMin } = params;
  useEffect(() => {
    let gone = false;
    setPreview(null);
    const timer = setTimeout(async () => {
      const answer = await previewJob({ kind: "requeue", topic, channel, requeue: { state, attemptsMin } });
      if (gone) return;
      setPreview(answer.ok ? answer.value : null);
      setFailure(answer.ok ? null : answer.failure.message);
    }, lookMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [topic, channel, state, attemptsMin]);
  const act = async () => {
    const answer = await startJob(id, {
      ...{ kind: "requeue", topic, channel, requeue: params, confirm: { name } },
      ...(reason === "" ? {} : { reason }),
    });
    if (answer.ok) setStarted(answer.value);
    else setFailure(answer.failure.message);
  };
  const count = preview?.messages ?? 0;
  const number = (value: string, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.floor(Number(value)) || least));
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={t("requeue-dialog.title", { name: `${topic}/${channel}` })}
      description={t("requeue-dialog.effect")}
      {...(started !== null && { cancel: actions("close") })}
      action={
        started === null && (
          <Button kind="primary" disabled={name !== channel || count === 0} onClick={() => void act()}>
            {t("requeue-dialog.act", { count, shown: f.count(count) })}
          </Button>
        )
      }
    >
      {started !== null ? (
        <JobFollow started={started} onDone={onClose} onFailed={() => {}} />
      ) : (
        <div className="mt-4 space-y-3">
          <RadioLine
            label={t("requeue-dialog.which")}
            choices={states.map((one) => ({ value: one, label: t(`requeue-dialog.${one}`) }))}
            value={state}
            onChange={(next) => setParams({ ...params, state: next })}
          />
          <div className="flex flex-wrap gap-3">
            <Field label={t("requeue-dialog.attempts")} className="w-44">
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={0}
                  max={attemptsMax}
                  value={attemptsMin}
                  onChange={({ target }) =>
                    setParams({ ...params, attemptsMin: number(target.value, 0, attemptsMax) })
                  }
                />
              )}
            </Field>
            <Field label={t("requeue-dialog.rate")} className="w-44">
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={1}
                  max={perSecondMax}
                  value={params.perSecond}
                  onChange={({ target }) =>
                    setParams({ ...params, perSecond: number(target.value, 1, perSecondMax) })
                  }
                />
              )}
            </Field>
          </div>
          <label className="flex min-h-7 items-center gap-1.5 text-13 pointer-coarse:min-h-11">
            <input
              type="checkbox"
              checked={params.gentle}
              onChange={({ target }) => setParams({ ...params, gentle: target.checked })}
              className="accent-accent"
            />
            {t("requeue-dialog.gentle", { least: gentlePerSecondMin })}
          </label>
          <div className="min-h-10 rounded-control border border-line bg-surface px-3 py-2 text-13">
            {preview === null ? (
              <Skeleton className="h-5 w-4/5" />
            ) : (
              <>
                <p>
                  {t("requeue-dialog.count", { count, shown: f.count(count), nodes: preview.nodes.length })}
                </p>
                <Samples samples={preview.samples} />
              </>
            )}
          </div>
          <TypedField
            label={t("requeue-dialog.type-name", { name: channel })}
            value={name}
            onChange={setName}
          />
          <ReasonField label={t("requeue-dialog.reason")} value={reason} onChange={setReason} />
        </div>
      )}
      {failure !== null && (
        <p role="alert" className="mt-3 flex items-baseline gap-1.5 text-13">
          <Shape tone="crit" className="translate-y-px" />
          {failure}
        </p>
      )}
    </Dialog>
  );
}
