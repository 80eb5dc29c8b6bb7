"use client";

import { useState } from "react";
import type { LookupRow, Snapshot } from "../../../server/console/contract/index.ts";
import { CreateForm } from "../../actions/create-form.tsx";
import { Section } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Num } from "../../components/number.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Status } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { age, plural } from "../../live/format.ts";
import { useNow } from "../../live/use-now.ts";
import { useRoom } from "../../live/use-room.ts";
import { Inactive } from "./inactive.tsx";

/** Where nodes are found, and what is known there that no node has. */
export function Lookup({ rendered }: { rendered: Snapshot<"nodes"> }) {
  const { data } = useRoom(rendered);
  const { sorting, setSorting } = useSort("name");
  const [created, setCreated] = useState(0);
  if (data === null) return null;
  if (data.lookups.length === 0) {
    return (
      <>
        <PageHead title="Lookup" />
        <Empty title="This console knows its nodes without lookups">
          It was started with --nsqd-http-address. With --lookupd-http-address it finds its nodes through
          nsqlookupd.
        </Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title="Lookup" note={plural(data.lookups.length, "nsqlookupd", "nsqlookupd")} />
      <DataTable
        label="Lookups"
        rows={data.lookups}
        columns={columns}
        sorting={sorting}
        onSort={setSorting}
        stale={(row) => row.state !== "up"}
      />
      <Section title="Topics that no node has" note="with the channels they would have" className="mt-6">
        <Inactive key={created} />
      </Section>
      <Section
        title="Create a topic"
        note="known to all lookups, and to the nodes there are"
        className="mt-6"
      >
        <CreateForm onDone={() => setCreated(created + 1)} />
      </Section>
    </>
  );
}

const columns: readonly Column<LookupRow>[] = [
  {
    id: "name",
    header: "Lookup",
    value: (row) => row.key,
    cell: (row) => <span className="font-mono">{row.key}</span>,
  },
  {
    id: "state",
    header: "State",
    priority: 1,
    value: (row) => row.state,
    cell: (row) => <State row={row} />,
  },
  {
    id: "nodes",
    header: "Nodes",
    hint: "Nodes it names",
    numeric: true,
    priority: 1,
    value: (row) => row.nodeCount,
    cell: (row) => <Num value={row.nodeCount} />,
  },
  {
    id: "heard",
    header: "Last answer",
    numeric: true,
    priority: 2,
    value: (row) => row.lastHeardAtMs,
    cell: (row) => <Heard atMs={row.lastHeardAtMs} />,
  },
];

function State({ row: { state, reason } }: { row: LookupRow }) {
  if (state === "up") return <Status tone="ok">Up</Status>;
  return (
    <span className="flex items-baseline gap-2">
      <Status tone={state === "silent" ? "crit" : "unknown"}>
        {state === "silent" ? "Silent" : "Connecting"}
      </Status>
      <span className="truncate text-12 text-muted">{reason}</span>
    </span>
  );
}

function Heard({ atMs }: { atMs: number | null }) {
  const nowMs = useNow();
  return <span>{atMs === null ? "—" : `${age(Math.max(0, nowMs - atMs))} ago`}</span>;
}
