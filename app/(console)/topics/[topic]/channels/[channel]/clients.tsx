"use client";

import type { ChannelView, ClientRow } from "../../../../../../server/console/contract/index.ts";
import { Empty } from "../../../../../components/empty.tsx";
import { Num } from "../../../../../components/number.tsx";
import type { Column } from "../../../../../components/table/column.ts";
import { DataTable } from "../../../../../components/table/data-table.tsx";
import { useSort } from "../../../../../components/table/sort.ts";
import { age } from "../../../../../live/format.ts";
import { useNow } from "../../../../../live/use-now.ts";
import { visible } from "../../../../../live/visible.ts";

function numeric(
  id: string,
  header: string,
  value: (row: ClientRow) => number | null,
  priority: 1 | 2 | 3,
  as: "count" | "rate" = "count",
): Column<ClientRow> {
  return { id, header, numeric: true, priority, value, cell: (row) => <Num value={value(row)} as={as} /> };
}

const columns: readonly Column<ClientRow>[] = [
  {
    id: "name",
    header: "Client",
    value: (row) => row.clientId,
    cell: (row) => (
      <span className="flex items-baseline gap-2">
        <span className="truncate font-mono" title={row.clientId}>
          {visible(row.clientId)}
        </span>
        <span className="truncate text-12 text-muted">{visible(attributes(row).join(" · "))}</span>
      </span>
    ),
  },
  text("address", "Address", (row) => row.address, 2),
  text("agent", "User agent", (row) => row.userAgent, 3),
  text("node", "Node", (row) => row.node, 3),
  numeric("rdy", "RDY", (row) => row.readyCount, 1),
  numeric("inflight", "In flight", (row) => row.inFlight, 1),
  numeric("fin", "FIN /s", (row) => row.finishRate, 2, "rate"),
  numeric("messages", "Messages", (row) => row.messageCount, 3),
  numeric("finished", "Finished", (row) => row.finishCount, 3),
  numeric("requeued", "Requeued", (row) => row.requeueCount, 2),
  {
    id: "connected",
    header: "Connected",
    numeric: true,
    priority: 3,
    value: (row) => row.connectedAtMs,
    cell: (row) => <Since atMs={row.connectedAtMs} />,
  },
];

/** Who consumes the channel now. */
export function Clients({ data }: { data: ChannelView }) {
  const { sorting, setSorting } = useSort("-inflight", "clients");
  if (data.clientsAtMs === null) return <p className="text-muted">Asking the nodes who is connected…</p>;
  if (data.clients.length === 0) {
    return (
      <Empty title="Nobody consumes this channel">Messages wait in it until a consumer subscribes.</Empty>
    );
  }
  return (
    <DataTable label="Clients" rows={data.clients} columns={columns} sorting={sorting} onSort={setSorting} />
  );
}

function text(
  id: string,
  header: string,
  value: (row: ClientRow) => string,
  priority: 2 | 3,
): Column<ClientRow> {
  return {
    id,
    header,
    priority,
    value,
    cell: (row) => (
      <span className="block max-w-56 truncate font-mono text-12" title={value(row)}>
        {visible(value(row))}
      </span>
    ),
  };
}

function attributes(row: ClientRow): string[] {
  const words: string[] = [];
  if (row.hostname !== row.clientId && row.hostname !== "") words.push(row.hostname);
  if (row.tls) words.push("TLS");
  if (row.snappy) words.push("Snappy");
  if (row.deflate) words.push("Deflate");
  if (row.sampleRate > 0) words.push(`sampled ${row.sampleRate} %`);
  return words;
}

function Since({ atMs }: { atMs: number | null }) {
  const nowMs = useNow();
  return <span>{age(atMs === null ? null : nowMs - atMs)}</span>;
}
