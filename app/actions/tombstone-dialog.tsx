"use client";

import { useState } from "react";
import { toast } from "sonner";
import { type ApiFailure, apiPaths, type NodeTombstoned } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { post } from "../live/post.ts";
import { useFormat, useWords } from "../words/index.ts";
import { NodeResults } from "./node-results.tsx";
import { Refusal } from "./refusal.tsx";

/** For a while lookups send nobody to this node, for none of its topics. */
export function TombstoneDialog({
  node,
  topics,
  open,
  onOpenChange,
}: {
  node: string;
  /** null: not known. */
  topics: number | null;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("nodes");
  const f = useFormat();
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [partly, setPartly] = useState<NodeTombstoned | null>(null);
  const change = (next: boolean) => {
    onOpenChange(next);
    setFailure(null);
    setPartly(null);
  };

  async function act(): Promise<void> {
    setActing(true);
    setFailure(null);
    const answer = await post<NodeTombstoned>(apiPaths.tombstoneNode(node), {});
    setActing(false);
    if (!answer.ok) return setFailure(answer.failure);
    if (answer.value.nodes.some(({ ok }) => !ok)) return setPartly(answer.value);
    toast.success(t("tombstone.done", { node, count: answer.value.topics }));
    change(false);
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={t("tombstone.title", { node })}
      description={t("tombstone.effect", { count: topics ?? 0, topics: f.count(topics) })}
      action={
        <Button kind="primary" disabled={acting} onClick={() => void act()}>
          {acting ? t("tombstone.working") : t("tombstone.button", { node })}
        </Button>
      }
    >
      {partly !== null && <NodeResults results={partly.nodes} requestId={partly.requestId} />}
      <Refusal failure={failure} />
    </Dialog>
  );
}
