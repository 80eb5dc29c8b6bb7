"use client";

import { Shape } from "../components/status.tsx";
import { clock } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { useStatus } from "../live/use-room.ts";
import { useZone } from "../preferences/provider.tsx";
import { useFormat, useWords } from "../words/index.ts";
import { type Outage, useOutage } from "./outage.ts";

/** Postgres is away, or was until a moment ago: what that means, and for how long. */
export function DatabaseStrip() {
  const { data } = useStatus();
  const nowMs = useNow();
  const outage = useOutage(data.database, nowMs);
  const words = useOutageWords();
  if (outage === null) return null;
  return (
    <div
      data-testid="database-strip"
      data-outage={outage.kind}
      className="flex min-h-9 items-center gap-2 border-b border-line bg-surface px-4 py-1.5 text-13 md:px-6"
    >
      <Shape tone={outage.kind === "away" ? "warn" : "info"} />
      <p>{words(outage)}</p>
    </div>
  );
}

function useOutageWords(): (outage: Outage) => string {
  const t = useWords("shell");
  const format = useFormat();
  const zone = useZone();
  return (outage) => {
    const time = format.age(outage.forMs);
    switch (outage.kind) {
      case "starting":
        return t("database.starting", { time });
      case "away":
        return t("database.away", { time, reason: outage.reason ?? "none" });
      case "back":
        return t("database.back", { time, at: clock(outage.untilMs, zone) });
    }
  };
}
