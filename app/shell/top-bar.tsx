"use client";

import { useStatus } from "../live/use-room.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { LivePill } from "./live-pill.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { UserMenu } from "./user-menu.tsx";

export function TopBar() {
  const { data } = useStatus();
  return (
    <header className="flex h-12 items-center gap-3 border-b border-line bg-bg px-4 md:px-6">
      <span
        title={`Cluster ${data.cluster}`}
        className="hidden h-6 items-center rounded-control border border-control/60 px-2 font-mono text-12 text-muted sm:inline-flex"
      >
        {data.cluster}
      </span>
      <Breadcrumbs />
      <div className="ml-auto flex shrink-0 items-center gap-1">
        <LivePill />
        <ThemeSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
