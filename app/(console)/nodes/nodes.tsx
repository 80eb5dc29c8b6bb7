"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { Snapshot } from "../../../server/console/contract/index.ts";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { plural } from "../../live/format.ts";
import { useRoom } from "../../live/use-room.ts";
import { paths } from "../../paths.ts";
import { allNodeColumns } from "../../tables/node-columns.tsx";

function Found({ nodes, lookups }: { nodes: number; lookups: number }) {
  if (lookups === 0) return plural(nodes, "node");
  return (
    <>
      {plural(nodes, "node")}, found by{" "}
      <Link href={paths.lookup} className="text-accent underline">
        {plural(lookups, "lookup")}
      </Link>
    </>
  );
}

export function Nodes({ rendered }: { rendered: Snapshot<"nodes"> }) {
  const { data } = useRoom(rendered);
  const { sorting, setSorting } = useSort("name");
  const byLookups = (data?.lookups.length ?? 0) > 0;
  const columns = useMemo(() => allNodeColumns(byLookups), [byLookups]);
  if (data === null) return null;
  const versions = new Set(data.nodes.map((node) => node.version).filter((version) => version !== null));
  return (
    <>
      <PageHead title="Nodes" note={<Found nodes={data.nodes.length} lookups={data.lookups.length} />} />
      <CoverageNote coverage={data.coverage} />
      {versions.size > 1 && (
        <p className="mb-4 flex items-center gap-1.5">
          <Shape tone="warn" />
          Nodes run different versions: {[...versions].join(", ")}.
        </p>
      )}
      {data.nodes.length === 0 ? (
        <Empty title="No node is known">
          {data.lookups.length > 0
            ? "The lookups name none yet: a node says where it is when it is started with --lookupd-tcp-address."
            : "Tell the console where they are with --nsqd-http-address."}
        </Empty>
      ) : (
        <DataTable
          label="Nodes"
          rows={data.nodes}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          stale={(row) => row.state !== "up"}
        />
      )}
    </>
  );
}
