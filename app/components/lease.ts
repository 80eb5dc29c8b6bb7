import type { ClusterNodeRow } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import type { Tone } from "./status.tsx";

type Lease = ClusterNodeRow["lease"];

const tones: Readonly<Record<NonNullable<Lease>, Tone>> = {
  held: "ok",
  overdue: "crit",
  lost: "crit",
  waiting: "info",
  expired: "crit",
  released: "unknown",
};

/** A lease in one or two words, and what they mean. */
export function useLeaseWords(lease: Lease): {
  readonly tone: Tone;
  readonly word: string;
  readonly meaning: string;
} {
  const t = useWords("node");
  const name = lease ?? "none";
  return {
    tone: lease === null ? "unknown" : tones[lease],
    word: t(`lease.${name}`),
    meaning: t(`lease-means.${name}`),
  };
}
