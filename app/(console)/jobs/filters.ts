import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import type { JobRow } from "../../../server/console/contract/index.ts";

export const kinds = ["empty", "delete", "requeue", "drain", "export", "undo"] as const;
export const states = ["open", "succeeded", "partly", "failed", "cancelled"] as const;

export interface JobsWanted {
  /** A part of what it is about, or of who asked for it. */
  readonly q: string | null;
  readonly kind: (typeof kinds)[number] | null;
  /** `open`: it waits or runs. */
  readonly state: (typeof states)[number] | null;
}

/** Which jobs are looked for, in the address. */
export function useJobFilters() {
  const [wanted, choose] = useQueryStates({
    q: parseAsString,
    kind: parseAsStringLiteral(kinds),
    state: parseAsStringLiteral(states),
  });
  const isAny = Object.values(wanted).some((value) => value !== null);
  return { wanted, choose, clear: () => void choose(null), isAny };
}

export type Looked = Pick<JobRow, "kind" | "state" | "actor" | "topic" | "channel" | "node" | "key">;

export function isJobWanted(job: Looked, { q, kind, state }: JobsWanted): boolean {
  if (kind !== null && job.kind !== kind) return false;
  const isOpen = job.state === "queued" || job.state === "running";
  if (state !== null && (state === "open" ? !isOpen : job.state !== state)) return false;
  if (q === null || q === "") return true;
  const part = q.toLowerCase();
  const object = job.topic === null ? job.node : `${job.topic}/${job.channel ?? ""}`;
  return [object, job.actor, job.key].some((text) => text?.toLowerCase().includes(part));
}
