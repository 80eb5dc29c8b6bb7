"use client";

import { JobsTray } from "../jobs/tray.tsx";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { EnvironmentBadge } from "./environment-badge.tsx";
import { KeySheet } from "./key-sheet.tsx";
import { LivePill } from "./live-pill.tsx";
import { LocaleSwitch } from "./locale-switch.tsx";
import { Palette } from "./palette.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { UserMenu } from "./user-menu.tsx";

export function TopBar() {
  return (
    <header className="flex h-12 items-center gap-3 border-b border-line bg-bg px-4 md:px-6">
      <EnvironmentBadge />
      <Breadcrumbs />
      {/* What the pill says is of many lengths: it grows into the room before the others, and moves none. */}
      <div className="flex shrink-0 items-center gap-1">
        <Palette />
        <LivePill />
      </div>
      <div className="ml-auto flex shrink-0 items-center gap-1">
        <JobsTray />
        <KeySheet />
        <LocaleSwitch />
        <ThemeSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
