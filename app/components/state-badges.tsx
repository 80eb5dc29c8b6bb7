"use client";

import type { TopicRow } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import { Badge } from "./status.tsx";

/** What a topic or a channel is besides a name. */
export function StateBadges({
  what,
  paused,
  ephemeral,
  durable = "none",
  brief = false,
}: {
  what: "topic" | "channel";
  paused: boolean;
  ephemeral: boolean;
  /** Of a topic: on which of its nodes. */
  durable?: TopicRow["durable"];
  /** In a row of a table. */
  brief?: boolean;
}) {
  const t = useWords("components");
  return (
    <>
      {paused && (
        <Badge
          brief={brief}
          tone="paused"
          title={what === "topic" ? t("badge.pausedTopic") : t("badge.pausedChannel")}
        >
          {t("badge.paused")}
        </Badge>
      )}
      {durable !== "none" && (
        <Badge
          brief={brief}
          tone={durable === "all" ? "info" : "warn"}
          title={durable === "all" ? t("badge.durableMeans") : t("badge.partlyMeans")}
        >
          {durable === "all" ? t("badge.durable") : t("badge.partly")}
        </Badge>
      )}
      {ephemeral && (
        <Badge
          brief={brief}
          tone="unknown"
          title={what === "topic" ? t("badge.ephemeralTopic") : t("badge.ephemeralChannel")}
        >
          {t("badge.ephemeral")}
        </Badge>
      )}
    </>
  );
}
