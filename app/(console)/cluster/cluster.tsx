"use client";

import type { ClusterView, Snapshot } from "../../../server/console/contract/index.ts";
import { Section } from "../../components/card.tsx";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { count, plural } from "../../live/format.ts";
import { useRoom } from "../../live/use-room.ts";
import { Adoptions } from "./adoptions.tsx";
import { memberColumns } from "./member-columns.tsx";
import { Postgres } from "./postgres.tsx";

/** Who may write what is durable, who took over from whom, and what Postgres keeps of it. */
export function Cluster({ rendered }: { rendered: Snapshot<"cluster"> }) {
  const { data } = useRoom(rendered);
  if (data === null) return null;
  return (
    <>
      <PageHead
        title="Cluster"
        note={`${plural(data.nodes.length, "node")} · ${count(data.durableTopicCount)} of ${plural(data.topicCount, "topic")} durable`}
      />
      <CoverageNote coverage={data.coverage} />
      <div className="space-y-6">
        <Postgres postgres={data.postgres} durableTopics={data.durableTopicCount} />
        <Members data={data} />
        <Adoptions rows={data.adoptions} nodes={data.nodes} />
      </div>
    </>
  );
}

function Members({ data }: { data: ClusterView }) {
  const { sorting, setSorting } = useSort("name");
  return (
    <Section title="Nodes" note="each holds a lease in Postgres while it lives">
      {data.nodes.length === 0 ? (
        <Empty title="No node is known" />
      ) : (
        <DataTable
          label="Nodes"
          rows={data.nodes}
          columns={memberColumns}
          sorting={sorting}
          onSort={setSorting}
          stale={(row) => row.state !== "up"}
        />
      )}
    </Section>
  );
}
