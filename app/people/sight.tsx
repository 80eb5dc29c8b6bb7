"use client";

import type { Globs } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";

/** What somebody sees: topics, and of them which channels. */
export function Sight({ topics, channels }: { topics: Globs; channels: Globs }) {
  const t = useWords("users");
  if (topics.includes("*") && channels.includes("*")) return <span>{t("sees.all")}</span>;
  return (
    <span className="font-mono text-12 wrap-anywhere">
      {topics.includes("*") ? t("sees.topics") : topics.join(" ")}
      {!channels.includes("*") && <span className="text-muted"> / {channels.join(" ")}</span>}
    </span>
  );
}
