"use client";

import type { ReactNode } from "react";
import { base } from "../base.ts";
import { useConnection } from "../live/use-now.ts";
import { useStatus } from "../live/use-room.ts";
import { useConsole } from "../read/console.tsx";
import { cn } from "./classes.ts";

/** A page's name, what it is, what can be done; and in the tab, its name with the number of problems. */
export function PageHead({
  title,
  name = false,
  badges,
  note,
  actions,
}: {
  title: string;
  /** The title is a name of something, not words. */
  name?: boolean;
  badges?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
}) {
  const { data } = useStatus();
  const { stale } = useConnection();
  const { environment } = useConsole();
  const problems = data.problems.length;
  const tone = stale
    ? "off"
    : data.problems.some(({ severity }) => severity === "crit")
      ? "crit"
      : problems > 0
        ? "warn"
        : "ok";
  return (
    <div className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
      <title>{`${stale ? "✕ " : problems > 0 ? `(${problems}!) ` : ""}${title} – ${[data.cluster, environment].join(" ").trim()}`}</title>
      <link rel="icon" type="image/svg+xml" href={`${base}/icon-${tone}.svg`} />
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex min-h-8 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className={cn("text-20 leading-7 font-semibold wrap-anywhere", name && "font-mono text-16")}>
            {title}
          </h1>
          {badges}
        </div>
        {note !== undefined && <div className="mt-0.5 text-13 text-muted wrap-anywhere">{note}</div>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
