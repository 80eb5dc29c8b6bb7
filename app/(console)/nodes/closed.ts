"use client";

import type { NodeRow } from "../../../server/console/contract/index.ts";
import { useWritesClosed } from "../../actions/use-writes.ts";
import { useWords } from "../../words/index.ts";

/** Why the node cannot be drained now; null: it can. */
export function useDrainClosed({ state, lease, limits }: NodeRow): string | null {
  const t = useWords("nodes");
  const closed = useWritesClosed("drain");
  if (closed !== null) return closed;
  if (limits !== null) return t("closed.limits");
  if (state !== "up") return t("closed.silent");
  return lease === null ? t("closed.no-database") : null;
}

/** Why its topics cannot be tombstoned now; null: they can. */
export function useTombstoneClosed({ lookups, broadcastAddress, topicCount }: NodeRow): string | null {
  const t = useWords("nodes");
  const closed = useWritesClosed("tombstone-node");
  if (closed !== null) return closed;
  if (lookups === null) return t("closed.no-lookups");
  if (broadcastAddress === null) return t("closed.silent");
  return topicCount === 0 ? t("closed.no-topics") : null;
}
