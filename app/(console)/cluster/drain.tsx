"use client";

import { useState } from "react";
import { toast } from "sonner";
import {
  apiPaths,
  type ClusterNodeRow,
  type Drain,
  type DrainRequest,
  type DrainStarted,
} from "../../../server/console/contract/index.ts";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { Button } from "../../components/button.tsx";
import { cn } from "../../components/classes.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Field, Input } from "../../components/field.tsx";
import { Shape } from "../../components/status.tsx";
import { Tooltip } from "../../components/tooltip.tsx";
import { post } from "../../live/post.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";
import { drainSentence, drainShare } from "./words.ts";

/** A node's drain: the button that begins it, then how far it is. */
export function DrainCell({ row }: { row: ClusterNodeRow }) {
  const t = useWords("cluster");
  const f = useFormat();
  const { node, drain } = row;
  if (drain !== null && drain.state !== "failed") return <Progress name={node ?? row.key} drain={drain} />;
  if (node === null || row.state !== "up" || row.lease === null) return null;
  return (
    <span className="flex items-center gap-2">
      <DrainButton node={node} />
      {drain !== null && <span className="truncate text-12 text-crit">{drainSentence({ t, f }, drain)}</span>}
    </span>
  );
}

function Progress({ name, drain }: { name: string; drain: Drain }) {
  const t = useWords("cluster");
  const f = useFormat();
  const percent = Math.floor(drainShare(drain) * 100);
  const words = drainSentence({ t, f }, drain);
  return (
    <span className="flex items-center gap-2" title={words}>
      <span
        role="progressbar"
        aria-label={t("drain.of", { node: name })}
        aria-valuenow={percent}
        aria-valuetext={words}
        className="h-1.5 w-24 shrink-0 overflow-hidden rounded-full bg-text/10"
      >
        <span
          className={cn("block h-full", drain.state === "done" ? "bg-ok" : "bg-info")}
          style={{ width: `${percent}%` }}
        />
      </span>
      <span className="truncate text-12">
        {f.percent(percent / 100)} <span className="text-muted">{words}</span>
      </span>
    </span>
  );
}

function DrainButton({ node }: { node: string }) {
  const t = useWords("cluster");
  const [open, setOpen] = useState(false);
  const closed = useWritesClosed();
  const button = (
    <Button
      size="small"
      aria-disabled={closed !== null}
      className={closed === null ? "" : "cursor-not-allowed opacity-60"}
      aria-label={t("drain.label", { node })}
      onClick={() => closed === null && setOpen(true)}
    >
      {t("drain.button")}
    </Button>
  );
  return (
    <>
      {closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>}
      <DrainDialog node={node} open={open} onOpenChange={setOpen} />
    </>
  );
}

function DrainDialog({
  node,
  open,
  onOpenChange,
}: {
  node: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("cluster");
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const say = useFailureWords();
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const change = (next: boolean) => {
    onOpenChange(next);
    setName("");
    setReason("");
    setFailure(null);
  };

  async function begin(): Promise<void> {
    setActing(true);
    const request: DrainRequest = { confirm: { name }, reason };
    const answer = await post<DrainStarted>(apiPaths.drain(node), request);
    setActing(false);
    if (!answer.ok) return setFailure(say(answer.failure));
    toast.success(t("drain.begun", { node }));
    change(false);
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={t("drain.title", { node })}
      description={t("drain.effect")}
      cancel={t("drain.cancel")}
      action={
        <Button
          kind="danger"
          disabled={name !== node || reason.trim() === "" || acting}
          onClick={() => void begin()}
        >
          {acting ? t("drain.working") : t("drain.label", { node })}
        </Button>
      }
    >
      <div className="mt-4 space-y-3">
        <Field label={t("drain.type", { node })}>
          {(ids) => (
            <Input
              {...ids}
              value={name}
              className="font-mono"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("drain.reason")}>
          {(ids) => (
            <Input
              {...ids}
              value={reason}
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </div>
      {failure !== null && (
        <p role="alert" className="mt-3 flex items-center gap-1.5 text-13">
          <Shape tone="crit" />
          {failure}
        </p>
      )}
    </Dialog>
  );
}
