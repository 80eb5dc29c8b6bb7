import type { ClusterNodeRow } from "../../server/console/contract/index.ts";
import type { Tone } from "./status.tsx";

/** A lease in one or two words. */
export function leaseWord({ lease }: Pick<ClusterNodeRow, "lease">): {
  readonly tone: Tone;
  readonly word: string;
} {
  switch (lease) {
    case "held":
      return { tone: "ok", word: "Held" };
    case "overdue":
      return { tone: "crit", word: "Overdue" };
    case "lost":
      return { tone: "crit", word: "Lost" };
    case "waiting":
      return { tone: "info", word: "Not yet" };
    case "expired":
      return { tone: "crit", word: "Expired" };
    case "released":
      return { tone: "unknown", word: "Released" };
    case null:
      return { tone: "unknown", word: "None" };
  }
}

/** What the word means, for a title. */
export const leaseMeanings: Readonly<Record<NonNullable<ClusterNodeRow["lease"]>, string>> = {
  held: "It may write and hand out what is durable.",
  overdue: "It could not renew in time: it writes and hands out nothing durable until it has.",
  lost: "Another node took over what it had in Postgres; it begins anew.",
  waiting: "Postgres has not answered it yet.",
  expired: "Nobody has seen it renewed for its whole time: its durable logs are taken over.",
  released: "It has left in order.",
};
