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
}: {
  what: "topic" | "channel";
  paused: boolean;
  ephemeral: boolean;
  /** Of a topic: on which of its nodes. */
  durable?: TopicRow["durable"];
}) {
  const t = useWords("components");
  return (
    <>
      {paused && (
        <Badge tone="paused" title={what === "topic" ? t("badge.pausedTopic") : t("badge.pausedChannel")}>
          {t("badge.paused")}
        </Badge>
      )}
      {durable !== "none" && (
        <Badge
          tone={durable === "all" ? "info" : "warn"}
          title={durable === "all" ? t("badge.durableMeans") : t("badge.partlyMeans")}
        >
          {durable === "all" ? t("badge.durable") : t("badge.partly")}
        </Badge>
      )}
      {ephemeral && (
        <Badge
          tone="unknown"
          title={what === "topic" ? t("badge.ephemeralTopic") : t("badge.ephemeralChannel")}
        >
          {t("badge.ephemeral")}
        </Badge>
      )}
    </>
  );
}
