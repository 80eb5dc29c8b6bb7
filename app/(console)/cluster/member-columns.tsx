import Link from "next/link";
import type { ClusterNodeRow } from "../../../server/console/contract/index.ts";
import { leaseMeanings, leaseWord } from "../../components/lease.ts";
import { Num } from "../../components/number.tsx";
import { Status, type Tone } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { paths } from "../../paths.ts";
import { DrainCell } from "./drain.tsx";

const states: Readonly<Record<ClusterNodeRow["state"], { readonly tone: Tone; readonly word: string }>> = {
  up: { tone: "ok", word: "Up" },
  silent: { tone: "crit", word: "Silent" },
  connecting: { tone: "unknown", word: "Connecting" },
  unheard: { tone: "unknown", word: "Not heard" },
};

export const memberColumns: readonly Column<ClusterNodeRow>[] = [
  {
    id: "name",
    header: "Node",
    value: (row) => row.node ?? row.hostname ?? row.key,
    cell: (row) => (
      <span className="flex items-center gap-2" title={row.key}>
        {row.node === null ? (
          <span className="truncate font-mono">{row.key.slice(0, 8)}</span>
        ) : (
          <Link href={paths.node(row.node)} className="truncate font-mono hover:text-accent hover:underline">
            {row.node}
          </Link>
        )}
        {row.hostname !== null && <span className="truncate text-12 text-muted">{row.hostname}</span>}
      </span>
    ),
  },
  {
    id: "state",
    header: "State",
    priority: 2,
    value: (row) => row.state,
    cell: (row) => <Status tone={states[row.state].tone}>{states[row.state].word}</Status>,
  },
  {
    id: "lease",
    header: "Lease",
    hint: "Its right to write and hand out what is durable",
    priority: 1,
    value: (row) => row.lease,
    cell: (row) => <Lease row={row} />,
  },
  {
    id: "epoch",
    header: "Epoch",
    hint: "Raised when it starts and when another takes over from it; what was written in an older one counts no more",
    numeric: true,
    priority: 2,
    value: (row) => row.epoch,
    cell: (row) => <Num value={row.epoch} />,
  },
  {
    id: "renewed",
    header: "Last renewal",
    numeric: true,
    priority: 1,
    value: (row) => row.renewedAgoMs,
    cell: (row) => (
      <span title={row.ttlMs === null ? undefined : `Expires after ${row.ttlMs / 1_000} s`}>
        <Num value={row.renewedAgoMs} as="span" />
      </span>
    ),
  },
  {
    id: "drain",
    header: "Drain",
    hint: "Hands over what it has, and exits empty",
    priority: 2,
    value: (row) => row.drain?.state ?? null,
    cell: (row) => <DrainCell row={row} />,
  },
];

function Lease({ row }: { row: ClusterNodeRow }) {
  const { tone, word } = leaseWord(row);
  const meaning =
    row.lease === null ? "It has no database, or has not been heard." : leaseMeanings[row.lease];
  return (
    <span className="flex items-baseline gap-2" title={meaning}>
      <Status tone={tone}>{word}</Status>
      {row.seenBy !== null && <span className="truncate text-12 text-muted">seen by {row.seenBy}</span>}
    </span>
  );
}
