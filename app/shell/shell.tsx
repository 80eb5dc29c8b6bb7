"use client";

import type { ReactNode } from "react";
import { Toaster } from "sonner";
import { TooltipProvider } from "../components/tooltip.tsx";
import { useConnection } from "../live/use-now.ts";
import { usePreferences } from "../preferences/provider.tsx";
import { useWords } from "../words/index.ts";
import { BackToast } from "./back-toast.tsx";
import { DatabaseStrip } from "./database-strip.tsx";
import { useKeys } from "./keys.ts";
import { LiveAnnouncer } from "./live-announcer.tsx";
import { GoKeys, usePageKeys } from "./page-keys.tsx";
import { ProblemStrip } from "./problem-strip.tsx";
import { Rail } from "./rail.tsx";
import { Reauth } from "./reauth.tsx";
import { StaleBanner } from "./stale-banner.tsx";
import { TopBar } from "./top-bar.tsx";

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { stale } = useConnection();
  const t = useWords("shell");
  const { preferences } = usePreferences();
  useKeys(preferences.keys === "on");
  usePageKeys();
  return (
    <TooltipProvider delayDuration={300}>
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-raised px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t("skip")}
      </a>
      <div className="flex min-h-dvh">
        <Rail />
        <div className="flex min-w-0 flex-1 flex-col pb-16 md:pb-0" data-stale={stale || undefined}>
          <div className="sticky top-0 z-30">
            <TopBar />
            <Notices stale={stale} />
          </div>
          <main id="main" tabIndex={-1} className="mx-auto w-full max-w-360 flex-1 p-4 outline-none md:p-6">
            {children}
          </main>
        </div>
      </div>
      <GoKeys />
      <Reauth />
      <LiveAnnouncer />
      <BackToast />
      <Toaster position="bottom-right" toastOptions={{ unstyled: true, classNames: toastClass }} />
    </TooltipProvider>
  );
}

/**
 * What was wrong when the line was lost may be mended since: only the loss is said then, in the same place, so that the
 * page does not move twice.
 */
function Notices({ stale }: { stale: boolean }) {
  if (stale) return <StaleBanner />;
  return (
    <>
      <DatabaseStrip />
      <ProblemStrip />
    </>
  );
}

const toastClass = {
  toast:
    "flex w-full items-center gap-2 rounded-card font-sans border border-line bg-raised p-3 text-13 text-text shadow-float",
  title: "font-medium",
  description: "text-12 text-muted",
};
