"use client";

import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";

/** The session ended while the page was open: the view stays, and nothing moves until somebody signs in. */
export function Reauth() {
  const { store } = useLive();
  const { session } = useConnection();
  const [closed, setClosed] = useState(false);
  return (
    <Dialog
      open={session === "over" && !closed}
      onOpenChange={(open) => setClosed(!open)}
      title="Your session is over"
      description="Open a fresh sign-in link in another tab of this browser: this page then goes on where it was, by itself."
      cancel="Stay with old data"
      action={
        <Button kind="primary" onClick={() => store.retryNow()}>
          Reconnect now
        </Button>
      }
    />
  );
}
