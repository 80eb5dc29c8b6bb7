"use client";

import { toast } from "sonner";
import { apiPaths, type DrainRequest, type DrainStarted } from "../../server/console/contract/index.ts";
import { post } from "../live/post.ts";
import { useWords } from "../words/index.ts";
import { ProvenDialog } from "./proven-dialog.tsx";

/** By name and reason: the node exits empty. */
export function DrainDialog({
  node,
  open,
  onOpenChange,
}: {
  node: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("cluster");
  async function begin(request: DrainRequest) {
    const answer = await post<DrainStarted>(apiPaths.drain(node), request);
    if (!answer.ok) return answer.failure;
    toast.success(t("drain.begun", { node }));
    return null;
  }
  return (
    <ProvenDialog
      name={node}
      title={t("drain.title", { node })}
      effect={t("drain.effect")}
      button={t("drain.label", { node })}
      ask={begin}
      open={open}
      onOpenChange={onOpenChange}
    />
  );
}
