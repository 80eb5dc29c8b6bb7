"use client";

import { useState } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { FreshField } from "../actions/fresh-field.tsx";
import { prove } from "../actions/prove.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useWords } from "../words/index.ts";
import { WriteFailure } from "./write-failure.tsx";

/** Asks for the password in the middle of what somebody does, and lets them go on with it. */
export function ProofDialog({ onDone }: { onDone: (proved: boolean) => void }) {
  const t = useWords("users");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const go = async () => {
    setBusy(true);
    const refusal = await prove(password);
    setBusy(false);
    setFailure(refusal);
    if (refusal === null) onDone(true);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onDone(false)}
      title={t("proofTitle")}
      description={t("proofText")}
      action={
        <Button kind="primary" disabled={password === "" || busy} onClick={() => void go()}>
          {t("proofNow")}
        </Button>
      }
    >
      <div className="mt-4">
        <FreshField value={password} onChange={setPassword} />
        <WriteFailure failure={failure} />
      </div>
    </Dialog>
  );
}
