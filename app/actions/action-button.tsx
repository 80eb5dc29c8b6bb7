"use client";

import {
  CloudOff,
  Eraser,
  HardDrive,
  type LucideIcon,
  MemoryStick,
  Pause,
  Play,
  Plus,
  Trash2,
  Unplug,
} from "lucide-react";
import { useState } from "react";
import type { ActionName, ActionTarget } from "../../server/console/contract/index.ts";
import type { ButtonLook } from "../components/button.tsx";
import { ClosableButton } from "../components/closable-button.tsx";
import { useCommand } from "../shell/commands.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { useWritesClosed } from "./use-writes.ts";
import { useActionWords } from "./words.ts";

const icons: Readonly<Record<ActionName, LucideIcon>> = {
  "create-topic": Plus,
  "create-channel": Plus,
  "pause-topic": Pause,
  "pause-channel": Pause,
  "unpause-topic": Play,
  "unpause-channel": Play,
  "empty-topic": Eraser,
  "empty-channel": Eraser,
  "delete-topic": Trash2,
  "delete-channel": Trash2,
  "make-durable": HardDrive,
  "make-memory": MemoryStick,
  "kick-client": Unplug,
  "tombstone-topic": CloudOff,
};

/** Opens the question. Pause and Empty never look alike, nor stand side by side. */
export function ActionButton({
  target,
  closed: unfit = null,
  small = false,
  onDone,
}: {
  target: ActionTarget;
  /** Why it cannot be done here; null: it can. */
  closed?: string | null;
  /** In a row of a table. */
  small?: boolean;
  onDone?: () => void;
}) {
  const [open, setOpen] = useState(false);
  const closed = useWritesClosed(target) ?? unfit;
  const words = useActionWords();
  const Icon = icons[target.action];
  return (
    <>
      {!small && <InPalette label={words.button(target, null)} closed={closed} run={() => setOpen(true)} />}
      <ClosableButton
        kind={small ? "quiet" : kindOf(target.action)}
        size={small ? "small" : "normal"}
        closed={closed}
        aria-label={words.button(target, null)}
        onClick={() => setOpen(true)}
      >
        <Icon aria-hidden="true" />
        {words.verb(target.action)}
      </ClosableButton>
      {(open || !small) && (
        <ActionDialog target={target} open={open} onOpenChange={setOpen} onDone={onDone} />
      )}
    </>
  );
}

/** What the page itself can do stands in the palette; what stands in each row of a table does not. */
function InPalette({ label, closed, run }: { label: string; closed: string | null; run: () => void }) {
  useCommand({ id: label, label, closed, run });
  return null;
}

function kindOf(action: ActionName): NonNullable<ButtonLook["kind"]> {
  if (action.startsWith("pause")) return "pause";
  return action.startsWith("empty") || action.startsWith("delete") ? "dangerQuiet" : "plain";
}
