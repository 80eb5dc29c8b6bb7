import { Badge } from "./status.tsx";

/** What a topic or a channel is besides a name. */
export function StateBadges({
  what,
  paused,
  ephemeral,
}: {
  what: "topic" | "channel";
  paused: boolean;
  ephemeral: boolean;
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
