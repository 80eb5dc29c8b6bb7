"use client";

import type { ClusterView } from "../../../server/console/contract/index.ts";
import { Section } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useWords } from "../../words/index.ts";
import { AllMembers } from "./all-members.ts";
import { memberColumns } from "./member-columns.tsx";

export function Members({ data }: { data: ClusterView }) {
  const t = useWords("cluster");
  const { sorting, setSorting } = useSort("name");
  return (
    <Section title={t("members")} note={t("members-note")}>
      {data.nodes.length === 0 ? (
        <Empty title={t("members-none")} />
      ) : (
        <AllMembers value={data.nodes}>
          <DataTable
            label={t("members")}
            rows={data.nodes}
            columns={memberColumns}
            sorting={sorting}
            onSort={setSorting}
            stale={(row) => row.state !== "up"}
          />
        </AllMembers>
      )}
    </Section>
  );
}
