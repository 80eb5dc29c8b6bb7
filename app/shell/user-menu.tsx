"use client";

import { LogOut } from "lucide-react";
import { apiPaths, signInPath } from "../../server/console/contract/index.ts";
import { base } from "../base.ts";
import { Button } from "../components/button.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { post } from "../live/post.ts";
import { useLive } from "../live/provider.tsx";

export function UserMenu() {
  const { session } = useLive();
  return (
    <Tooltip text={`Signed in as ${session.user} (${session.role})`}>
      <Button
        kind="quiet"
        size="icon"
        aria-label={`Sign out ${session.user}`}
        onClick={() => void post(apiPaths.signOut, {}).then(() => window.location.assign(base + signInPath))}
      >
        <LogOut aria-hidden="true" />
      </Button>
    </Tooltip>
  );
}
