"use client";

import { useState } from "react";
import { Section } from "../../components/card.tsx";
import { Num } from "../../components/number.tsx";
import { TableSkeleton } from "../../components/skeleton.tsx";
import { Status } from "../../components/status.tsx";
import type { Column } from "../../components/table/column.ts";
import { DataTable } from "../../components/table/data-table.tsx";
import { useWords } from "../../words/index.ts";
import { Specimen } from "./specimen.tsx";

interface Sample {
  readonly key: string;
  readonly depth: number | null;
  readonly stale: boolean;
}

const rows: readonly Sample[] = [
  { key: "orders", depth: 18_204, stale: false },
  { key: "sessions#ephemeral", depth: 12, stale: false },
  { key: "payments", depth: null, stale: true },
];

const isStale = (row: Sample) => row.stale;

function StateCell({ stale }: { stale: boolean }) {
  const t = useWords("design");
  return stale ? (
    <Status tone="unknown">{t("tone.unknown")}</Status>
  ) : (
    <Status tone="ok">{t("tone.ok")}</Status>
  );
}

const columns: readonly Column<Sample>[] = [
  {
    id: "topic",
    value: (row) => row.key,
    cell: (row) => <span className="font-mono">{row.key}</span>,
  },
  { id: "state", value: (row) => Number(row.stale), cell: (row) => <StateCell stale={row.stale} /> },
  {
    id: "depth",
    numeric: true,
    value: (row) => row.depth,
    cell: (row) => <Num value={row.depth} bad="up" />,
  },
];

export function Tables() {
  const t = useWords("design");
  const [sorting, setSorting] = useState([{ id: "depth", desc: true }]);
  return (
    <Section title={t("tables")}>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Specimen name="data-table">
          <DataTable
            label={t("sampleTable")}
            rows={rows}
            columns={columns}
            sorting={sorting}
            onSort={setSorting}
            stale={isStale}
            totals={{ topic: t("total"), depth: <Num value={18_216} partial /> }}
          />
        </Specimen>
        <Specimen name="skeleton">
          <TableSkeleton rows={3} />
        </Specimen>
      </div>
    </Section>
  );
}
