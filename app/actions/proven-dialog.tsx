"use client";

import { type ReactNode, useState } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useWords } from "../words/index.ts";
import { FreshField } from "./fresh-field.tsx";
import { prove } from "./prove.ts";
import { ReasonField } from "./reason-field.tsx";
import { Refusal } from "./refusal.tsx";
import { TypedField } from "./typed-field.tsx";

/** What weighs most of what is done to a node: by its name, a reason, and somebody who proves to be who they are. */
export function ProvenDialog({
  name,
  title,
  effect,
  button,
  ask,
  open,
  onOpenChange,
  children,
}: {
  name: string;
  title: string;
  effect: ReactNode;
  button: string;
  /** Why it was refused; null: it is done, and said. */
  ask: (confirmed: {
    readonly confirm: { readonly name: string };
    readonly reason: string;
  }) => Promise<ApiFailure | null>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children?: ReactNode;
}) {
  const t = useWords("cluster");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const [acting, setActing] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const wantsPassword = password !== "" || failure?.code === "fresh-needed";
  const change = (next: boolean) => {
    onOpenChange(next);
    setTyped("");
    setReason("");
    setPassword("");
    setFailure(null);
  };

  async function act(): Promise<void> {
    setActing(true);
    const refusal = (await prove(password)) ?? (await ask({ confirm: { name: typed }, reason }));
    setActing(false);
    if (refusal !== null) return setFailure(refusal);
    change(false);
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      description={effect}
      cancel={t("proof.cancel")}
      action={
        <Button
          kind="danger"
          disabled={typed !== name || reason.trim() === "" || acting}
          onClick={() => void act()}
        >
          {acting ? t("proof.working") : button}
        </Button>
      }
    >
      <div className="mt-4 space-y-3">
        {children}
        <TypedField label={t("proof.type", { name })} value={typed} onChange={setTyped} />
        <ReasonField label={t("proof.reason")} value={reason} onChange={setReason} />
        {wantsPassword && <FreshField value={password} onChange={setPassword} />}
      </div>
      <Refusal failure={failure} />
    </Dialog>
  );
}
