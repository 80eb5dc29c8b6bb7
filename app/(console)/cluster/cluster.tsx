"use client";

import type { Snapshot } from "../../../server/console/contract/index.ts";
import { CoverageNote } from "../../components/coverage-note.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { useRoom } from "../../live/use-room.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { Adoptions } from "./adoptions.tsx";
import { Members } from "./members.tsx";
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
