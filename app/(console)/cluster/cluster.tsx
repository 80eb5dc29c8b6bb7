"use client";

import type { ClusterView, Snapshot } from "../../../server/console/contract/index.ts";
import { Section } from "../../components/card.tsx";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useRoom } from "../../live/use-room.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { Adoptions } from "./adoptions.tsx";
import { memberColumns } from "./member-columns.tsx";
import { Postgres } from "./postgres.tsx";

/** Who may write what is durable, who took over from whom, and what Postgres keeps of it. */
export function Cluster({ rendered }: { rendered: Snapshot<"cluster"> }) {
  const t = useWords("cluster");
  const f = useFormat();
  const { data } = useRoom(rendered);
  if (data === null) return null;
  return (
    <>
      <PageHead
        title={t("title")}
        note={`${t("nodes", { count: data.nodes.length })} · ${t("durable", {
          durable: f.count(data.durableTopicCount),
          count: data.topicCount,
          shown: f.count(data.topicCount),
        })}`}
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
  const t = useWords("cluster");
  const { sorting, setSorting } = useSort("name");
  return (
    <Section title={t("members")} note={t("members-note")}>
      {data.nodes.length === 0 ? (
        <Empty title={t("members-none")} />
      ) : (
        <DataTable
          label={t("members")}
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
