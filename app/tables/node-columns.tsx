import Link from "next/link";
import type { NodeRow } from "../../server/console/contract/index.ts";
import { useLeaseWords } from "../components/lease.ts";
import { NodeState } from "../components/node-state.tsx";
import { Num } from "../components/number.tsx";
import { Status } from "../components/status.tsx";
import type { Column } from "../components/table/column.ts";
import { unknown } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { paths } from "../paths.ts";
import { useFormat, useWords } from "../words/index.ts";
import { flowColumns } from "./flow-columns.tsx";

function numeric(
  id: string,
  value: (row: NodeRow) => number | null,
  as: "count" | "bytes" | "percent" | "span",
  priority: 1 | 2 | 3 | 4,
): Column<NodeRow> {
  return { id, numeric: true, priority, value, cell: (row) => <Num value={value(row)} as={as} /> };
}

/** With its ports: TCP, HTTP; those alone where the address is that of its name. */
function Address({ row: { key, broadcastAddress, tcpPort, httpPort } }: { row: NodeRow }) {
  const t = useWords("node");
  if (broadcastAddress === null) return <span className="text-muted">{unknown}</span>;
  return (
    <span
      className="font-mono text-12"
      title={t("ports", { tcp: tcpPort ?? unknown, http: httpPort ?? unknown })}
    >
      {key === `${broadcastAddress}:${httpPort}` ? "" : `${broadcastAddress} `}
      {`${tcpPort}/${httpPort}`}
    </span>
  );
}

function Lease({ row: { lease, epoch, state } }: { row: NodeRow }) {
  const t = useWords("node");
  const { tone, word, meaning } = useLeaseWords(lease);
  // What a silent node said last is not what is so.
  if (lease === null || state !== "up") return <span className="text-muted">{unknown}</span>;
  return (
    <span title={t("epoch-title", { meaning, epoch: epoch ?? unknown })}>
      <Status tone={tone}>{word}</Status>
      {epoch !== null && (
        <span className="ml-2 text-12 text-muted max-[83rem]:hidden">{t("epoch-of", { epoch })}</span>
      )}
    </span>
  );
}

function Store({ row: { store, state } }: { row: NodeRow }) {
  const t = useWords("node");
  if (store === null || state !== "up") return <span className="text-muted">{unknown}</span>;
  return (
    <span title={store.reason ?? undefined} className="flex items-baseline gap-1.5">
      {store.state === "up" ? (
        t(`store-kind.${store.kind}`)
      ) : (
        <Status tone={store.state === "down" ? "warn" : "info"}>{t(`store-state.${store.state}`)}</Status>
      )}
    </span>
  );
}

function Uptime({ row: { startedAtMs, state } }: { row: NodeRow }) {
  const f = useFormat();
  const nowMs = useNow();
  const known = startedAtMs !== null && state === "up";
  return <span>{f.age(known ? Math.max(0, nowMs - startedAtMs) : null)}</span>;
}

export const nodeColumns: readonly Column<NodeRow>[] = [
  {
    id: "name",
    word: "node",
    value: (row) => row.key,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Link href={paths.node(row.key)} className="truncate font-mono hover:text-accent hover:underline">
          {row.key}
        </Link>
        {row.hostname !== null && <span className="truncate text-12 text-muted">{row.hostname}</span>}
      </span>
    ),
  },
  {
    id: "state",
    priority: 1,
    value: (row) => row.state,
    cell: (row) => <NodeState node={row} />,
  },
  {
    id: "lease",
    priority: 3,
    value: (row) => row.lease,
    cell: (row) => <Lease row={row} />,
  },
  {
    id: "version",
    priority: 3,
    value: (row) => row.version,
    cell: (row) => <span className="font-mono text-12">{row.version ?? "—"}</span>,
  },
  numeric("topics", (row) => row.topicCount, "count", 2),
  flowColumns.depth,
  flowColumns.in,
  flowColumns.out,
  numeric("connections", (row) => row.connections, "count", 4),
  numeric("cpu", (row) => row.cpu, "percent", 2),
  numeric("rss", (row) => row.rssBytes, "bytes", 2),
  numeric("lag", (row) => row.loopLagP99Ms, "span", 3),
  numeric("commit", (row) => row.store?.commitP99Ms ?? null, "span", 4),
];

const address: Column<NodeRow> = {
  id: "address",
  priority: 4,
  value: (row) => row.broadcastAddress,
  cell: (row) => <Address row={row} />,
};

const zone: Column<NodeRow> = {
  id: "zone",
  priority: 3,
  value: (row) => row.zone ?? row.region,
  cell: (row) => (
    <span className="font-mono text-12" title={row.region ?? undefined}>
      {row.zone ?? row.region ?? unknown}
    </span>
  ),
};

/** How many of the lookups name it. */
function lookups(of: number): Column<NodeRow> {
  return {
    id: "lookups",
    numeric: true,
    priority: 3,
    value: (row) => row.lookups?.length ?? null,
    cell: (row) => (
      <span title={row.lookups?.join(", ")}>
        {row.lookups === null ? unknown : `${row.lookups.length}/${of}`}
      </span>
    ),
  };
}

const uptime: Column<NodeRow> = {
  id: "uptime",
  numeric: true,
  priority: 3,
  value: (row) => (row.startedAtMs === null ? null : -row.startedAtMs),
  cell: (row) => <Uptime row={row} />,
};

const store: Column<NodeRow> = {
  id: "store",
  priority: 4,
  value: (row) => row.store?.state ?? null,
  cell: (row) => <Store row={row} />,
};

const elsewhere: ReadonlySet<string> = new Set(["out", "connections", "commit"]);

/** On the page of nodes: also where they are, since when, and how many of the `lookupCount` lookups name them. */
export function allNodeColumns(lookupCount: number): readonly Column<NodeRow>[] {
  const [name, state, lease, version, ...figures] = nodeColumns;
  return [
    ...[name!, state!, address, zone, ...(lookupCount > 0 ? [lookups(lookupCount)] : [])],
    ...[lease!, store, version!, uptime],
    ...figures.filter(({ id }) => !elsewhere.has(id)),
  ];
}
