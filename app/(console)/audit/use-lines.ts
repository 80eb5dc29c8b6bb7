import { useMemo, useState } from "react";
import {
  type ApiFailure,
  type AuditPage,
  apiBase,
  type OperatorAction,
  type Snapshot,
} from "../../../server/console/contract/index.ts";
import { get } from "../../live/post.ts";
import { useRead } from "../../live/use-read.ts";
import { useRoom } from "../../live/use-room.ts";
import { isWanted, queryOf, type useFilters } from "./filters.ts";

export type Line = OperatorAction & { readonly key: string };

const pageRows = 50;

interface Older {
  readonly query: string;
  readonly rows: readonly OperatorAction[];
  readonly cursor: number | null;
}

/** The newest as they come, the page that was asked for, and the older ones that were asked for after it. */
export function useLines(rendered: Snapshot<"audit">, wanted: ReturnType<typeof useFilters>["wanted"]) {
  const { data: live } = useRoom(rendered);
  // Relative times stay what they were when the filter was chosen.
  const query = useMemo(() => queryOf(wanted, Date.now()), [wanted]);
  const path = `${apiBase}/audit?${query}${query === "" ? "" : "&"}limit=${pageRows}`;
  const { value, failure, again } = useRead<AuditPage>(path, null);
  const [older, setOlder] = useState<Older | null>(null);
  const [olderFailure, setOlderFailure] = useState<ApiFailure | null>(null);
  const more = older?.query === query ? older : null;
  const cursor = more === null ? (value?.cursor ?? null) : more.cursor;

  const lines = useMemo(() => {
    const byKey = new Map<string, Line>();
    for (const line of live?.actions ?? []) if (isWanted(line, wanted)) byKey.set(line.key, line);
    for (const line of [...(value?.rows ?? []), ...(more?.rows ?? [])]) {
      // Without Postgres lines have no place: what is live is all there is.
      if (line.seq !== null) byKey.set(String(line.seq), { ...line, key: String(line.seq) });
    }
    return [...byKey.values()].toSorted((one, other) => (other.seq ?? other.atMs) - (one.seq ?? one.atMs));
  }, [live, value, more, wanted]);

  const loadOlder = async () => {
    const answer = await get<AuditPage>(`${path}&before=${cursor}`);
    setOlderFailure(answer.ok ? null : answer.failure);
    if (!answer.ok) return;
    setOlder({ query, rows: [...(more?.rows ?? []), ...answer.value.rows], cursor: answer.value.cursor });
  };
  return {
    lines,
    query,
    kept: live?.kept ?? true,
    isWaiting: value === null && failure === null,
    failure: failure ?? olderFailure,
    again,
    loadOlder: cursor === null ? null : loadOlder,
  };
}
