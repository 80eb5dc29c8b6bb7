"use client";

import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import { apiBase, type Snapshot } from "../../../server/console/contract/index.ts";
import { base } from "../../base.ts";
import { Button, buttonClass } from "../../components/button.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { TableSkeleton } from "../../components/skeleton.tsx";
import { Status } from "../../components/status.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useActName } from "../../people/act-name.ts";
import { WriteFailure } from "../../people/write-failure.tsx";
import { useZone } from "../../preferences/provider.tsx";
import { useLocale, useWords } from "../../words/index.ts";
import { ChainCheck } from "./chain-check.tsx";
import { auditColumns } from "./columns.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { useFilters } from "./filters.ts";
import { LineSheet } from "./line-sheet.tsx";
import { type Line, useLines } from "./use-lines.ts";

/** Who did what to what, as it happens and as far back as it is kept. */
export function Audit({ rendered }: { rendered: Snapshot<"audit"> }) {
  const t = useWords("audit");
  const locale = useLocale();
  const zone = useZone();
  const nameOf = useActName();
  const filters = useFilters();
  const { lines, query, kept, isWaiting, failure, loadOlder } = useLines(rendered, filters.wanted);
  const { sorting, setSorting } = useSort("-at");
  const [open, setOpen] = useState<Line | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the locale
  const columns = useMemo(() => auditColumns({ t, nameOf, zone, open: setOpen }), [locale, zone]);
  const file = (format: "csv" | "ndjson") =>
    `${base}${apiBase}/audit/export?format=${format}${query && `&${query}`}`;
  return (
    <>
      <PageHead
        title={t("title")}
        note={t("note")}
        actions={(["csv", "ndjson"] as const).map((format) => (
          <a key={format} href={file(format)} download className={buttonClass({ size: "small" })}>
            <Download aria-hidden="true" />
            {t("export", { format: format.toUpperCase() })}
          </a>
        ))}
      />
      {!kept && (
        <p role="status" className="mb-3 text-13">
          <Status tone="warn">{t("notKept")}</Status>
        </p>
      )}
      <FilterBar {...filters} />
      {failure !== null && kept && <WriteFailure failure={failure} />}
      {lines.length > 0 ? (
        <DataTable
          label={t("title")}
          rows={lines}
          columns={columns}
          sorting={sorting}
          onSort={setSorting}
          filter={query}
          open={setOpen}
        />
      ) : isWaiting ? (
        <TableSkeleton rows={8} />
      ) : (
        <Empty title={filters.isAny ? t("noneMatch") : t("none")}>
          {filters.isAny && (
            <Button size="small" onClick={filters.clear}>
              {t("clear")}
            </Button>
          )}
        </Empty>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {loadOlder !== null && (
          <Button size="small" onClick={() => void loadOlder()}>
            {t("older")}
          </Button>
        )}
        {kept && <ChainCheck />}
      </div>
      {open !== null && <LineSheet line={open} onClose={() => setOpen(null)} />}
    </>
  );
}
