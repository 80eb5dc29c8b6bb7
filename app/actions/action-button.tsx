"use client";

import { Eraser, HardDrive, MemoryStick, Pause, Play, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { ActionName, ActionTarget } from "../../server/console/contract/index.ts";
import { Button, type ButtonLook } from "../components/button.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { ActionDialog } from "./action-dialog.tsx";
import { useWritesClosed } from "./use-writes.ts";
import { buttonWords, wordsOf } from "./words.ts";

const icons = {
  ...{ Create: Plus, Pause, Unpause: Play, Empty: Eraser, Delete: Trash2 },
  ...{ "Make durable": HardDrive, "Keep in memory": MemoryStick },
} as const;

/** Opens the question. Pause and Empty never look alike, nor stand side by side. */
export function ActionButton({
  target,
  closed: unfit = null,
  onDone,
}: {
  target: ActionTarget;
  /** Why it cannot be done here; null: it can. */
  closed?: string | null;
  onDone?: () => void;
}) {
  const [open, setOpen] = useState(false);
  const closed = useWritesClosed() ?? unfit;
  const { verb } = wordsOf(target);
  const Icon = icons[verb as keyof typeof icons];
  const button = (
    <Button
      kind={kindOf(target.action)}
      aria-disabled={closed !== null}
      className={closed === null ? "" : "cursor-not-allowed opacity-60"}
      aria-label={buttonWords(target, null)}
      onClick={() => closed === null && setOpen(true)}
    >
      <Icon aria-hidden="true" />
      {verb}
    </Button>
  );
  return (
    <>
      {closed === null ? button : <Tooltip text={closed}>{button}</Tooltip>}
      <ActionDialog target={target} open={open} onOpenChange={setOpen} onDone={onDone} />
    </>
  );
}

function kindOf(action: ActionName): NonNullable<ButtonLook["kind"]> {
  if (action.startsWith("pause")) return "pause";
  return action.startsWith("empty") || action.startsWith("delete") ? "dangerQuiet" : "plain";
}
