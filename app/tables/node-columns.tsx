import Link from "next/link";
import type { NodeRow } from "../../server/console/contract/index.ts";
import { leaseMeanings, leaseWord } from "../components/lease.ts";
import { NodeState } from "../components/node-state.tsx";
import { Num } from "../components/number.tsx";
import { Status } from "../components/status.tsx";
import type { Column } from "../components/table/column.ts";
import { unknown } from "../live/format.ts";
import { paths } from "../paths.ts";
import { flowColumns } from "./flow-columns.tsx";

function numeric(
  id: string,
  header: string,
  value: (row: NodeRow) => number | null,
  as: "count" | "bytes" | "percent" | "span",
  priority: 1 | 2 | 3,
): Column<NodeRow> {
  return { id, header, numeric: true, priority, value, cell: (row) => <Num value={value(row)} as={as} /> };
}

/** With its ports: TCP, HTTP. */
function Address({ row: { broadcastAddress, tcpPort, httpPort } }: { row: NodeRow }) {
  return (
    <span className="font-mono text-12" title={`TCP port ${tcpPort}, HTTP port ${httpPort}`}>
      {broadcastAddress === null ? "—" : `${broadcastAddress} ${tcpPort}/${httpPort}`}
    </span>
  );
}

function Lease({ row: { lease, epoch, state } }: { row: NodeRow }) {
  // What a silent node said last is not what is so.
  if (lease === null || state !== "up") return <span className="text-muted">{unknown}</span>;
  const { tone, word } = leaseWord({ lease });
  return (
    <span title={`${leaseMeanings[lease]} Epoch ${epoch ?? unknown}.`}>
      <Status tone={tone}>{word}</Status>
    </span>
  );
}

export const nodeColumns: readonly Column<NodeRow>[] = [
  {
    id: "name",
    header: "Node",
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
    header: "State",
    priority: 1,
    value: (row) => row.state,
    cell: (row) => <NodeState node={row} />,
  },
  {
    id: "lease",
    header: "Lease",
    hint: "Its right to write and hand out what is durable",
    priority: 3,
    value: (row) => row.lease,
    cell: (row) => <Lease row={row} />,
  },
  {
    id: "version",
    header: "Version",
    priority: 3,
    value: (row) => row.version,
    cell: (row) => <span className="font-mono text-12">{row.version ?? "—"}</span>,
  },
  numeric("topics", "Topics", (row) => row.topicCount, "count", 2),
  flowColumns.depth,
  flowColumns.in,
  flowColumns.out,
  numeric("connections", "Connections", (row) => row.connections, "count", 3),
  numeric("cpu", "CPU", (row) => row.cpu, "percent", 2),
  numeric("rss", "Memory", (row) => row.rssBytes, "bytes", 2),
  numeric("lag", "Loop lag p99", (row) => row.loopLagP99Ms, "span", 3),
  numeric("commit", "Commit p99", (row) => row.store?.commitP99Ms ?? null, "span", 3),
];

const address: Column<NodeRow> = {
  id: "address",
  header: "Broadcast address",
  priority: 3,
  value: (row) => row.broadcastAddress,
  cell: (row) => <Address row={row} />,
};

const lookups: Column<NodeRow> = {
  id: "lookups",
  header: "Lookups",
  hint: "nsqlookupd that name it",
  numeric: true,
  priority: 3,
  value: (row) => row.lookups?.length ?? null,
  cell: (row) => (
    <span title={row.lookups?.join(", ")}>
      <Num value={row.lookups?.length ?? null} />
    </span>
  ),
};

/** On the page of nodes: also where they are, and who names them. */
export function allNodeColumns(byLookups: boolean): readonly Column<NodeRow>[] {
  const [name, state, ...figures] = nodeColumns;
  return [name!, state!, address, ...(byLookups ? [lookups] : []), ...figures];
}
