"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { NodeRow, NodesView, Snapshot } from "../../../server/console/contract/index.ts";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useRoom } from "../../live/use-room.ts";
import { paths } from "../../paths.ts";
import { SightNote } from "../../people/sight-note.tsx";
import { allNodeColumns } from "../../tables/node-columns.tsx";
import { useWords } from "../../words/index.ts";
import { NodeMenu } from "./node-menu.tsx";

const act: Column<NodeRow> = { id: "act", cell: (row) => <NodeMenu row={row} /> };

export function Nodes({ rendered }: { rendered: Snapshot<"nodes"> }) {
  const t = useWords("nodes");
  const { data } = useRoom(rendered);
  const { sorting, setSorting } = useSort("name");
  const lookupCount = data?.lookups.length ?? 0;
  const columns = useMemo(() => [...allNodeColumns(lookupCount), act], [lookupCount]);
  if (data === null) return null;
  return (
    <>
      <PageHead title={t("title")} note={<Found data={data} />} />
      <CoverageNote coverage={data.coverage} />
      <SightNote of="nodes" />
      <Differences data={data} />
      {data.nodes.length === 0 ? (
        <Empty title={t("none")}>{t(lookupCount > 0 ? "none-by-lookups" : "none-by-address")}</Empty>
      ) : (
        <DataTable
          label={t("title")}
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

function Found({ data: { nodes, lookups } }: { data: NodesView }) {
  const t = useWords("nodes");
  if (lookups.length === 0) return t("count", { count: nodes.length });
  return t.rich("found", {
    count: nodes.length,
    lookups: lookups.length,
    a: (part) => (
      <Link href={paths.lookup} className="text-accent underline">
        {part}
      </Link>
    ),
  });
}

/** What nodes of one cluster should have alike. */
function Differences({ data: { nodes, lookups } }: { data: NodesView }) {
  const t = useWords("nodes");
  const versions = new Set(nodes.map(({ version }) => version).filter((version) => version !== null));
  const heard = lookups.filter(({ state }) => state === "up").length;
  const unnamed = nodes.filter((node) => node.state === "up" && (node.lookups?.length ?? heard) < heard);
  return (
    <>
      {versions.size > 1 && <Note>{t("versions", { versions: [...versions].sort().join(", ") })}</Note>}
      {unnamed.length > 0 && (
        <Note>
          {t("unnamed", { count: unnamed.length, nodes: unnamed.map(({ key }) => key).join(", "), heard })}
        </Note>
      )}
    </>
  );
}

function Note({ children }: { children: React.ReactNode }) {
  return (
    <p className="mb-4 flex items-baseline gap-1.5">
      <Shape tone="warn" className="translate-y-px" />
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </p>
  );
}
