import type { LookupRead, LookupRow } from "../../../server/console/contract/index.ts";
import { Num } from "../../components/number.tsx";
import { Status } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { useNow } from "../../live/use-now.ts";
import { useFormat, useWords } from "../../words/index.ts";

/** A lookup, and what it said when it was last asked for everything it knows. */
export interface KnownLookup extends LookupRow {
  readonly read: LookupRead | null;
}

export const lookupColumns: readonly Column<KnownLookup>[] = [
  {
    id: "name",
    word: "lookup",
    value: (row) => row.key,
    cell: (row) => <span className="font-mono">{row.key}</span>,
  },
  { id: "state", priority: 1, value: (row) => row.state, cell: (row) => <State row={row} /> },
  {
    id: "answer",
    numeric: true,
    priority: 2,
    value: (row) => row.read?.tookMs ?? null,
    cell: (row) => <Num value={row.read?.reason === null ? row.read.tookMs : null} as="span" />,
  },
  {
    id: "nodes",
    numeric: true,
    priority: 1,
    value: (row) => row.nodeCount,
    cell: (row) => <Num value={row.nodeCount} />,
  },
  {
    id: "topics",
    numeric: true,
    priority: 1,
    value: (row) => row.read?.topics ?? null,
    cell: (row) => <Num value={row.read?.topics ?? null} />,
  },
  {
    id: "heard",
    numeric: true,
    priority: 2,
    value: (row) => row.lastHeardAtMs,
    cell: (row) => <Heard atMs={row.lastHeardAtMs} />,
  },
];

const tones = { up: "ok", silent: "crit", connecting: "unknown" } as const;

function State({ row: { state, reason } }: { row: KnownLookup }) {
  const t = useWords("lookup");
  return (
    <span className="flex items-baseline gap-2">
      <Status tone={tones[state]}>{t(`state.${state}`)}</Status>
      {state !== "up" && <span className="truncate text-12 text-muted">{reason}</span>}
    </span>
  );
}

function Heard({ atMs }: { atMs: number | null }) {
  const t = useWords("lookup");
  const f = useFormat();
  const nowMs = useNow();
  return <span>{atMs === null ? f.age(null) : t("ago", { age: f.age(Math.max(0, nowMs - atMs)) })}</span>;
}
