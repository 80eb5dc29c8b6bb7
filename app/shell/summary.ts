import type { StatusView } from "../../server/console/contract/index.ts";

export type Announcement = "stale" | "database" | "problems";

/** The state of things in a few parts, each with its words, for those who cannot see it change. */
export function summary(status: StatusView, stale: boolean): readonly Announcement[] {
  return [
    ...(stale ? (["stale"] as const) : []),
    ...(status.database.state === "down" ? (["database"] as const) : []),
    "problems",
  ];
}
