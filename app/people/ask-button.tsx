"use client";

import { type ReactNode, useState } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useWrite } from "./use-write.tsx";
import { WriteFailure } from "./write-failure.tsx";

/** A button that asks once before it ends something. */
export function AskButton({
  label,
  title,
  text,
  path,
  onDone,
}: {
  /** Verb and object; the dialog's button too. */
  label: string;
  title: string;
  text: ReactNode;
  path: string;
  onDone: () => void;
}) {
  const { busy, failure, write, forget } = useWrite();
  const [open, setOpen] = useState(false);
  const act = async () => {
    if (!(await write(path, {}))) return;
    setOpen(false);
    onDone();
  };
  return (
    <>
      <Button kind="dangerQuiet" size="small" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          forget();
        }}
        title={title}
        description={text}
        action={
          <Button kind="danger" disabled={busy} onClick={() => void act()}>
            {label}
          </Button>
        }
      >
        <WriteFailure failure={failure} />
      </Dialog>
    </>
  );
}
