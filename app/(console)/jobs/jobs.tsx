"use client";

import { useMemo, useState } from "react";
import { toast } from "sonner";
import { apiPaths, type JobRow, type Snapshot } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/empty.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Shape } from "../../components/status.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { jobColumns } from "../../jobs/job-columns.tsx";
import { useJobWords } from "../../jobs/job-words.ts";
import { get } from "../../live/post.ts";
import { useRoom } from "../../live/use-room.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useLocale } from "../../words/index.ts";
import { FilterBar } from "./filter-bar.tsx";
import { isJobWanted, useJobFilters } from "./filters.ts";

export function Jobs({ rendered }: { rendered: Snapshot<"jobs"> }) {
  const words = useJobWords();
  const { t } = words;
  const f = useFormat();
  const locale = useLocale();
  const { data } = useRoom(rendered);
  const { sorting, setSorting } = useSort("-created");
  const zone = useZone();
  const filters = useJobFilters();
  const [older, setOlder] = useState<readonly JobRow[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the locale
  const columns = useMemo(() => jobColumns(words, f, zone), [locale, zone]);
  if (data === null) return null;
  const shown = new Set(data.jobs.map(({ key }) => key));
  const rows = [...data.jobs, ...(older ?? []).filter(({ key }) => !shown.has(key))];
  const found = rows.filter((job) => isJobWanted(job, filters.wanted));
  const more = async () => {
    const before = rows.at(-1)?.createdAtMs ?? Date.now();
    const answer = await get<readonly JobRow[]>(`${apiPaths.jobs}/older?before=${before}`);
    if (!answer.ok) return void toast.error(answer.failure.message);
    // Pressed twice at once, it is answered twice.
    setOlder((had) => [...new Map([...(had ?? []), ...answer.value].map((job) => [job.key, job])).values()]);
  };
  return (
    <>
      <PageHead title={t("title")} note={t("note")} />
      {!data.fresh && (
        <p role="status" className="mb-3 text-13">
          <Shape tone="warn" className="mr-1.5" />
          {t("not-fresh")}
        </p>
      )}
      {rows.length === 0 ? (
        <Empty title={t("none")}>{t("none-why")}</Empty>
      ) : (
        <>
          <FilterBar {...filters} />
          {found.length === 0 ? (
            <Empty title={t("filter.none", { count: rows.length })}>
              <Button size="small" onClick={filters.clear}>
                {t("filter.clear")}
              </Button>
            </Empty>
          ) : (
            <DataTable
              label={t("title")}
              rows={found}
              filter={JSON.stringify(filters.wanted)}
              columns={columns}
              sorting={sorting}
              onSort={setSorting}
              stale={() => !data.fresh}
            />
          )}
          <div className="mt-3">
            {older !== null && older.length === 0 ? (
              <p className="text-13 text-muted">{t("no-older")}</p>
            ) : (
              <Button size="small" onClick={() => void more()}>
                {t("older")}
              </Button>
            )}
          </div>
        </>
      )}
    </>
  );
}
