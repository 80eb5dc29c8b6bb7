"use client";

import { useState } from "react";
import type { ActionTarget, Impact } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Field, Input } from "../components/field.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Shape } from "../components/status.tsx";
import { type ActionState, useAction } from "./use-action.ts";
import {
  buttonWords,
  impactSentence,
  isDangerous,
  isWeighty,
  needsReason,
  typedName,
  wordsOf,
} from "./words.ts";

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
  const close = () => {
    onOpenChange(false);
    setName("");
    setReason("");
  };
  const { state, impact, act } = useAction(target, open, () => {
    close();
    onDone?.();
  });
  const weighty = isWeighty(target);
  const words = wordsOf(target);
  const named = !weighty || (name === typedName(target) && impact !== null);
  const reasoned = !needsReason(target) || reason.trim() !== "";

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title={`${words.title}?`}
      description={words.effect}
      action={
        <Button
          kind={isDangerous(target) ? "danger" : target.action.startsWith("pause") ? "pause" : "primary"}
          disabled={!named || !reasoned || state.step === "acting" || state.step === "counting"}
          onClick={() => void act(name, reason, retryNodes(state))}
        >
          {state.step === "acting"
            ? "Working…"
            : state.step === "partly"
              ? "Retry there"
              : buttonWords(target, impact)}
        </Button>
      }
    >
      {weighty && (
        <div className="mt-4 space-y-3">
          <div
            data-testid="impact"
            className="min-h-10 rounded-control border border-line bg-surface px-3 py-2 text-13"
          >
            {impact === null ? (
              state.step === "counting" ? (
                <Skeleton className="h-5 w-4/5" />
              ) : (
                "What it is about could not be counted."
              )
            ) : (
              <>
                {state.step === "asking" && state.changed && (
                  <p className="mb-1 flex items-center gap-1.5 font-medium">
                    <Shape tone="warn" /> It changed while you read. Look again:
                  </p>
                )}
                <p>{impactSentence(impact)}</p>
                {impact.missing.length > 0 && (
                  <p className="mt-1 text-warn">Not reachable now: {impact.missing.join(", ")}.</p>
                )}
                <p className="mt-1 text-muted">{undoWords(target, impact)}</p>
              </>
            )}
          </div>
          <Field label={`Type ${typedName(target)} to confirm`}>
            {(ids) => (
              <Input
                {...ids}
                value={name}
                className="font-mono"
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label={`Reason (${needsReason(target) ? "" : "optional, "}kept in the operators' log)`}>
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
      )}
      <Outcome state={state} />
    </Dialog>
  );
}

function undoWords(target: ActionTarget, impact: Impact): string {
  if (target.action.startsWith("make-")) return "Nothing is discarded. It can be changed back at any time.";
  return impact.undoable ? "It can be undone." : "It cannot be undone.";
}

function retryNodes(state: ActionState): readonly string[] | undefined {
  return state.step === "partly" ? state.failed.map((node) => node.node) : undefined;
}

function Outcome({ state }: { state: ActionState }) {
  if (state.step === "partly") {
    return (
      <div role="alert" className="mt-3 text-13">
        <p className="flex items-center gap-1.5 font-medium">
          <Shape tone="warn" />
          Done on {state.of - state.failed.length} of {state.of}.
        </p>
        <ul className="mt-1 text-muted">
          {state.failed.map((node) => (
            <li key={node.node}>
              <span className="font-mono">{node.node}</span>: {node.code}
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if (state.step !== "asking" || state.failure === null) return null;
  return (
    <p role="alert" className="mt-3 flex items-center gap-1.5 text-13">
      <Shape tone="crit" />
      {state.failure.message}
      <span className="font-mono text-12 text-muted">{state.failure.nodeCode ?? state.failure.code}</span>
    </p>
  );
}
