import { type ClusterNodeRow, logsCountedMax } from "../../server/console/contract/index.ts";
import type { Formats } from "../live/format.ts";
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

/** Where no more are counted, that there are so many at least. */
export function logsShown(f: Formats, logs: number): string {
  return logs < logsCountedMax ? f.count(logs) : `≥ ${f.count(logs)}`;
}
