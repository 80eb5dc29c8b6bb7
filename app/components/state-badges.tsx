import type { TopicRow } from "../../server/console/contract/index.ts";
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
  return (
    <>
      {paused && (
        <Badge
          tone="paused"
          title={
            what === "topic"
              ? "Messages wait at the topic and do not reach its channels."
              : "Consumers get nothing until it is unpaused."
          }
        >
          Paused
        </Badge>
      )}
      {durable !== "none" && (
        <Badge
          tone={durable === "all" ? "info" : "warn"}
          title={
            durable === "all"
              ? "A publish is answered when Postgres has it; a node that dies loses nothing of it."
              : "Some of its nodes answer a publish before Postgres has it."
          }
        >
          {durable === "all" ? "Durable" : "Durable in part"}
        </Badge>
      )}
      {ephemeral && (
        <Badge
          tone="unknown"
          title={`Kept in memory only; goes when its last ${what === "topic" ? "channel" : "consumer"} does.`}
        >
          Ephemeral
        </Badge>
      )}
    </>
  );
}
