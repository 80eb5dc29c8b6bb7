import Link from "next/link";
import type { ClusterNodeRow } from "../../../server/console/contract/index.ts";
import { cn } from "../../components/classes.ts";
import { logsShown, useLeaseWords } from "../../components/lease.ts";
import { Num } from "../../components/number.tsx";
import { Status, type Tone } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { paths } from "../../paths.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { DrainCell } from "./drain.tsx";
import { MemberMenu } from "./member-menu.tsx";

const tones: Readonly<Record<ClusterNodeRow["state"], Tone>> = {
  up: "ok",
  silent: "crit",
  connecting: "unknown",
  unheard: "unknown",
};

function State({ state }: Pick<ClusterNodeRow, "state">) {
  const t = useWords("cluster");
  return <Status tone={tones[state]}>{t(`state.${state}`)}</Status>;
}

export const memberColumns: readonly Column<ClusterNodeRow>[] = [
  {
    id: "name",
    word: "node",
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
    priority: 2,
    value: (row) => row.state,
    cell: (row) => <State state={row.state} />,
  },
  {
    id: "lease",
    priority: 1,
    value: (row) => row.lease,
    cell: (row) => <Lease row={row} />,
  },
  {
    id: "epoch",
    numeric: true,
    priority: 2,
    value: (row) => row.epoch,
    cell: (row) => <Num value={row.epoch} />,
  },
  {
    id: "renewed",
    numeric: true,
    priority: 1,
    value: (row) => row.renewedAgoMs,
    cell: (row) => <Num value={row.renewedAgoMs} as="span" />,
  },
  {
    id: "expires",
    numeric: true,
    priority: 2,
    value: expiresMs,
    cell: (row) => <Expires row={row} />,
  },
  {
    id: "logs",
    numeric: true,
    priority: 2,
    value: (row) => row.logs,
    cell: (row) => <Logs row={row} />,
  },
  {
    id: "drain",
    priority: 2,
    value: (row) => row.drain?.state ?? null,
    cell: (row) => <DrainCell row={row} />,
  },
  { id: "act", priority: 2, cell: (row) => <MemberMenu row={row} /> },
];

function Logs({ row: { logs } }: { row: ClusterNodeRow }) {
  const f = useFormat();
  return logs === null ? <Num value={null} /> : logsShown(f, logs);
}

/** Of its lease; below 0: over. */
function expiresMs({ lease, ttlMs, renewedAgoMs }: ClusterNodeRow): number | null {
  if (lease === null || lease === "released" || ttlMs === null || renewedAgoMs === null) return null;
  return ttlMs - renewedAgoMs;
}

/** How much of the lease is left, as a bar and as a time. */
function Expires({ row }: { row: ClusterNodeRow }) {
  const t = useWords("cluster");
  const f = useFormat();
  const leftMs = expiresMs(row);
  if (leftMs === null || row.ttlMs === null) return <Num value={null} />;
  if (leftMs <= 0) return <span className="text-crit">{t("expired")}</span>;
  const share = Math.min(1, leftMs / row.ttlMs);
  return (
    <span className="flex items-center justify-end gap-2" title={t("of-lease", { ttl: f.span(row.ttlMs) })}>
      <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-text/10 max-xl:hidden">
        <span
          className={cn("block h-full", share < 0.34 ? "bg-warn" : "bg-ok")}
          style={{ width: `${Math.round(share * 100)}%` }}
        />
      </span>
      <span className="min-w-12">{f.age(leftMs)}</span>
    </span>
  );
}

function Lease({ row }: { row: ClusterNodeRow }) {
  const t = useWords("cluster");
  const { tone, word, meaning } = useLeaseWords(row.lease);
  return (
    <span className="flex items-baseline gap-2" title={meaning}>
      <Status tone={tone}>{word}</Status>
      {row.testing && <Status tone="info">{t("failover.running")}</Status>}
      {row.seenBy !== null && (
        <span className="truncate text-12 text-muted">{t("seen-by", { node: row.seenBy })}</span>
      )}
    </span>
  );
}
