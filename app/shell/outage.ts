import { useState } from "react";
import type { DatabaseStatus } from "../../server/console/contract/index.ts";

export type Outage =
  | { readonly kind: "starting"; readonly forMs: number }
  | { readonly kind: "away"; readonly forMs: number; readonly reason: string | null }
  | { readonly kind: "back"; readonly forMs: number; readonly untilMs: number };

/** How long the page still says that Postgres was away. */
export const backShownMs = 60_000;

/** What to say of the database; null: nothing, all is well. `downSinceMs` is what this page saw before it came back. */
export function outageOf(database: DatabaseStatus, downSinceMs: number | null, nowMs: number): Outage | null {
  const forMs = Math.max(0, nowMs - database.sinceMs);
  switch (database.state) {
    case "none":
      return null;
    case "starting":
      return { kind: "starting", forMs };
    case "down":
      return { kind: "away", forMs, reason: database.reason };
    case "up":
      if (downSinceMs === null || forMs > backShownMs) return null;
      return { kind: "back", forMs: Math.max(0, database.sinceMs - downSinceMs), untilMs: database.sinceMs };
  }
}

/** Remembers when the outage began, because the state that says "up" no longer does. */
export function useOutage(database: DatabaseStatus, nowMs: number): Outage | null {
  const [downSinceMs, setDownSinceMs] = useState<number | null>(
    database.state === "down" ? database.sinceMs : null,
  );
  if (database.state === "down" && downSinceMs !== database.sinceMs) setDownSinceMs(database.sinceMs);
  return outageOf(database, downSinceMs, nowMs);
}
