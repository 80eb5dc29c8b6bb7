"use client";

import { Shape } from "../components/status.tsx";
import { age, clock } from "../live/format.ts";
import { useAwake, useNow } from "../live/use-now.ts";
import { useStatus } from "../live/use-room.ts";
import { type Outage, useOutage } from "./outage.ts";

/** Postgres is away, or was until a moment ago: what that means, and for how long. */
export function DatabaseStrip() {
  const { data } = useStatus();
  const nowMs = useNow();
  const outage = useOutage(data.database, nowMs);
  const zone = useAwake() ? "local" : "utc";
  if (outage === null) return null;
  return (
    <div
      data-testid="database-strip"
      data-outage={outage.kind}
      className="flex min-h-9 items-center gap-2 border-b border-line bg-surface px-4 py-1.5 text-13 md:px-6"
    >
      <Shape tone={outage.kind === "away" ? "warn" : "info"} />
      <p>{words(outage, (ms) => clock(ms, zone))}</p>
    </div>
  );
}

function words(outage: Outage, at: (ms: number) => string): string {
  switch (outage.kind) {
    case "starting":
      return `Postgres is starting (${age(outage.forMs)}). Messages are accepted and kept in memory meanwhile.`;
    case "away": {
      const why = outage.reason === null ? "" : ` (${outage.reason})`;
      return `Postgres has been away for ${age(outage.forMs)}${why}: memory goes on, within its bounds; overflow, traces and history wait until it is back.`;
    }
    case "back":
      return `Postgres is back since ${at(outage.untilMs)}. It was away for ${age(outage.forMs)}; what waited for it is being written.`;
  }
}
