"use client";

import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import {
  type ApiFailure,
  isEnded,
  type JobPreview,
  type JobView,
} from "../../server/console/contract/index.ts";
import { TypedField } from "../actions/typed-field.tsx";
import { useActionWords } from "../actions/words.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Shape } from "../components/status.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { paths } from "../paths.ts";
import { useFormat } from "../words/index.ts";
import { useFailureWords } from "../words/use-failure.ts";
import { type JobWish, previewJob, startJob } from "./ask.ts";
import { useClosed } from "./job-buttons.tsx";
import { useJobWords } from "./job-words.ts";
import { Samples } from "./preview-words.tsx";

/** Once more where it failed, as a job of its own; nothing where it did not, or where that is done elsewhere. */
export function RetryButton({ view }: { view: JobView }) {
  const { t } = useJobWords();
  const { job, items, requeue } = view;
  const closed = useClosed(job);
  const [open, setOpen] = useState(false);
  const { kind, topic, channel } = job;
  const nodes = [...new Set(items.filter(({ state }) => state === "failed").map(({ node }) => node))];
  // Giving back and a file are asked for again where they were asked for, a drain at its node.
  if (!isEnded(job.state) || nodes.length === 0 || topic === null) return null;
  if (kind === "undo" || kind === "drain" || kind === "export") return null;
  const wish: JobWish = {
    ...{ kind, topic, nodes },
    ...(channel !== null && { channel }),
    ...(requeue !== null && { requeue }),
    ...(job.reason !== null && { reason: job.reason }),
  };
  const button = (
    <Button aria-disabled={closed !== null} onClick={() => closed === null && setOpen(true)}>
      <RotateCcw aria-hidden="true" />
      {t("retry")}
    </Button>
  );
  return (
    <>
      {closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>}
      {open && <RetryDialog view={view} wish={wish} onClose={() => setOpen(false)} />}
    </>
  );
}

function RetryDialog({
  view: { job },
  wish,
  onClose,
}: {
  view: JobView;
  wish: JobWish;
  onClose: () => void;
}) {
  const { t, what } = useJobWords();
  const f = useFormat();
  const words = useActionWords();
  const failureWords = useFailureWords();
  const router = useRouter();
  const [asked] = useState(wish);
  const [preview, setPreview] = useState<JobPreview | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [typed, setTyped] = useState("");
  const [id] = useState(() => crypto.randomUUID());
  const name = asked.channel ?? asked.topic ?? "";
  const nodes = asked.nodes ?? [];
  useEffect(() => {
    let gone = false;
    void previewJob(asked).then((answer) => {
      if (gone) return;
      if (answer.ok) setPreview(answer.value);
      else setFailure(answer.failure);
    });
    return () => {
      gone = true;
    };
  }, [asked]);
  const act = async () => {
    const etag = preview?.impact?.etag;
    const answer = await startJob(id, { ...asked, confirm: { name, ...(etag !== undefined && { etag }) } });
    if (answer.ok) return router.push(paths.job(answer.value.job.key));
    setFailure(answer.failure);
    // It moved meanwhile: what is confirmed next is what there is now.
    const { impact } = answer.failure;
    if (preview !== null && impact !== undefined) setPreview({ ...preview, impact });
  };
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={t("retry-title", { what: what(job), nodes: nodes.length })}
      description={t("retry-effect")}
      action={
        <Button
          kind={asked.kind === "requeue" ? "primary" : "danger"}
          disabled={preview === null || typed !== name}
          onClick={() => void act()}
        >
          {t("retry-act")}
        </Button>
      }
    >
      <div className="mt-3 space-y-3">
        {preview === null && failure === null && <Skeleton className="h-10 w-full" />}
        {preview !== null && (
          <div className="rounded-control border border-line bg-surface px-3 py-2 text-13">
            <ul className="space-y-1">
              {preview.nodes.map(({ node, messages, error }) => (
                <li key={node} className="flex flex-wrap gap-x-3">
                  <span className="font-mono wrap-anywhere">{node}</span>
                  {error === "" ? (
                    <span className="tabular-nums">
                      {t("node-done", { count: messages, shown: f.count(messages) })}
                    </span>
                  ) : (
                    <span className="text-warn">{words.nodeCode(error)}</span>
                  )}
                </li>
              ))}
            </ul>
            <Samples samples={preview.samples} />
          </div>
        )}
        <TypedField label={words.t("type-name", { name })} value={typed} onChange={setTyped} />
        {failure !== null && (
          <p role="alert" className="flex items-baseline gap-1.5 text-13">
            <Shape tone="crit" className="translate-y-px" />
            {failureWords(failure)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
