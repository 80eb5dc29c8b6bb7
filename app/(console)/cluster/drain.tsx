"use client";

import { useState } from "react";
import type { ClusterNodeRow, Drain } from "../../../server/console/contract/index.ts";
import { DrainDialog } from "../../actions/drain-dialog.tsx";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { Button } from "../../components/button.tsx";
import { cn } from "../../components/classes.ts";
import { Tooltip } from "../../components/tooltip.tsx";
import { useFormat, useWords } from "../../words/index.ts";
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
  const closed = useWritesClosed("drain");
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
