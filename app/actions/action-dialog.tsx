"use client";

import { useState } from "react";
import type { ActionTarget } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { JobFollow } from "../jobs/job-follow.tsx";
import { FreshField } from "./fresh-field.tsx";
import { ImpactBox } from "./impact-box.tsx";
import { NodeResults } from "./node-results.tsx";
import { ReasonField } from "./reason-field.tsx";
import { Refusal } from "./refusal.tsx";
import { TypedField } from "./typed-field.tsx";
import { type ActionState, useAction } from "./use-action.ts";
import { isDangerous, isWeighty, needsReason, typedName, useActionWords } from "./words.ts";

/** Asks before it acts: what would happen, to how much; and for what is lost, the name typed by hand. */
export function ActionDialog({
  target,
  open,
  onOpenChange,
  onDone,
}: {
  target: ActionTarget;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onDone?: (() => void) | undefined;
}) {
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const [password, setPassword] = useState("");
  const words = useActionWords();
  const { t } = words;
  const close = () => {
    onOpenChange(false);
    setName("");
    setReason("");
    setPassword("");
  };
  const finish = () => {
    close();
    onDone?.();
  };
  const { state, impact, act, removal, failedOn } = useAction(target, open, finish);
  const { started } = removal;
  const follows = state.step === "following" && started !== null;
  const weighty = isWeighty(target);
  const named = !weighty || (name === typedName(target) && impact !== null);
  const reasoned = !needsReason(target, impact) || reason.trim() !== "";
  const wantsPassword =
    password !== "" || (state.step === "asking" && state.failure?.code === "fresh-needed");
  const says =
    state.step === "acting"
      ? t("working")
      : state.step === "partly" || follows
        ? t("retry-there")
        : words.button(target, impact);

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={words.title(target)}
      description={words.effect(target)}
      cancel={follows ? t("close") : t("cancel")}
      action={
        (!follows || state.failed.length > 0) && (
          <Button
            kind={isDangerous(target) ? "danger" : target.action.startsWith("pause") ? "pause" : "primary"}
            disabled={!named || !reasoned || state.step === "acting" || state.step === "counting"}
            onClick={() => void act(name, reason, password)}
          >
            {says}
          </Button>
        )
      }
    >
      {follows ? (
        <JobFollow key={started.job.key} started={started} onDone={finish} onFailed={failedOn} />
      ) : (
        <div className="mt-4 space-y-3">
          {weighty && (
            <>
              <ImpactBox target={target} impact={impact} state={state} preview={removal.preview} />
              <TypedField
                label={t("type-name", { name: typedName(target) })}
                value={name}
                onChange={setName}
              />
            </>
          )}
          <ReasonField
            label={needsReason(target, impact) ? t("reason") : t("reason-optional")}
            value={reason}
            onChange={setReason}
          />
          {wantsPassword && <FreshField value={password} onChange={setPassword} />}
        </div>
      )}
      <Outcome state={state} />
    </Dialog>
  );
}

function Outcome({ state }: { state: ActionState }) {
  if (state.step === "partly") return <NodeResults results={state.results} requestId={state.requestId} />;
  return state.step === "asking" ? <Refusal failure={state.failure} /> : null;
}
