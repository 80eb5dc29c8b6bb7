"use client";

import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";
import { useWords } from "../words/index.ts";

/** The session ended while the page was open: the view stays, and nothing moves until somebody signs in. */
export function Reauth() {
  const { store } = useLive();
  const { session } = useConnection();
  const t = useWords("shell");
  const [closed, setClosed] = useState(false);
  return (
    <Dialog
      open={session === "over" && !closed}
      onOpenChange={(open) => setClosed(!open)}
      title={t("reauth.title")}
      description={t("reauth.text")}
      cancel={t("reauth.stay")}
      action={
        <Button kind="primary" onClick={() => store.retryNow()}>
          {t("reauth.retry")}
        </Button>
      }
    />
  );
}
