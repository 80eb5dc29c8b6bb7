"use client";

import { useState } from "react";
import { toast } from "sonner";
import {
  type ApiFailure,
  apiPaths,
  type DrainRequest,
  type DrainStarted,
} from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { post } from "../live/post.ts";
import { useWords } from "../words/index.ts";
import { FreshField } from "./fresh-field.tsx";
import { prove } from "./prove.ts";
import { ReasonField } from "./reason-field.tsx";
import { Refusal } from "./refusal.tsx";
import { TypedField } from "./typed-field.tsx";

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
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const wantsPassword = password !== "" || failure?.code === "fresh-needed";
  const change = (next: boolean) => {
    onOpenChange(next);
    setName("");
    setReason("");
    setPassword("");
    setFailure(null);
  };

  async function ask(): Promise<ApiFailure | null> {
    const request: DrainRequest = { confirm: { name }, reason };
    const answer = await post<DrainStarted>(apiPaths.drain(node), request);
    return answer.ok ? null : answer.failure;
  }

  async function begin(): Promise<void> {
    setActing(true);
    const refusal = (await prove(password)) ?? (await ask());
    setActing(false);
    if (refusal !== null) return setFailure(refusal);
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
        <TypedField label={t("drain.type", { node })} value={name} onChange={setName} />
        <ReasonField label={t("drain.reason")} value={reason} onChange={setReason} />
        {wantsPassword && <FreshField value={password} onChange={setPassword} />}
      </div>
      <Refusal failure={failure} />
    </Dialog>
  );
}
