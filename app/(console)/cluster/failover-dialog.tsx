"use client";

import { toast } from "sonner";
import {
  apiPaths,
  type FailoverTestRequest,
  type FailoverTestStarted,
} from "../../../server/console/contract/index.ts";
import { ProvenDialog } from "../../actions/proven-dialog.tsx";
import { post } from "../../live/post.ts";
import { useWords } from "../../words/index.ts";

/** A node lets its lease run out, so that one sees what happens then. */
export function FailoverDialog({
  node,
  onOpenChange,
}: {
  node: string;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useWords("cluster");
  async function begin(request: FailoverTestRequest) {
    const answer = await post<FailoverTestStarted>(apiPaths.failoverTest(node), request);
    if (!answer.ok) return answer.failure;
    toast.success(t("failover.done", { node }));
    return null;
  }
  return (
    <ProvenDialog
      name={node}
      title={t("failover.title", { node })}
      effect={t("failover.effect")}
      button={t("failover.button", { node })}
      ask={begin}
      open
      onOpenChange={onOpenChange}
    />
  );
}
