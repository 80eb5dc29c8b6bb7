"use client";

import { useMemo } from "react";
import { toast } from "sonner";
import { apiBase, type SessionRow } from "../../../../server/console/contract/index.ts";
import { PageHead } from "../../../components/page-head.tsx";
import { Badge } from "../../../components/status.tsx";
import type { Column } from "../../../components/table/column.ts";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import type { Formats } from "../../../live/format.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRead } from "../../../live/use-read.ts";
import { AskButton } from "../../../people/ask-button.tsx";
import { Asked } from "../../../people/list.tsx";
import { useWhose, WhoseChoice } from "../../../people/whose.tsx";
import { useFormat, useLocale, useWords } from "../../../words/index.ts";

const minuteMs = 60_000;

type Row = SessionRow & { readonly key: string };

/** Where somebody is signed in, each to be ended. */
export function Sessions() {
  const t = useWords("sessions");
  const f = useFormat();
  const locale = useLocale();
  const whose = useWhose();
  const read = useRead<readonly SessionRow[]>(`${apiBase}/sessions?of=${whose.of}`, 10_000);
  const { sorting, setSorting } = useSort("-seen");
  const minute = Math.floor(useNow() / minuteMs) * minuteMs;
  const { again } = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the locale
  const columns = useMemo(() => sessionColumns(t, f, minute, again), [locale, minute]);
  const others = read.value?.some(({ current }) => !current) ?? false;
  return (
    <>
      <PageHead
        title={t("title")}
        note={t("note")}
        actions={
          <>
            <WhoseChoice {...whose} />
            {others && whose.of === "me" && (
              <AskButton
                label={t("endOthers")}
                title={t("endOthersTitle")}
                text={t("endText")}
                path={`${apiBase}/sessions/revoke-others`}
                onDone={() => {
                  toast.success(t("endedOthers"));
                  again();
                }}
              />
            )}
          </>
        }
      />
      <Asked read={read} none={null}>
        {(rows) => (
          <DataTable
            label={t("title")}
            rows={rows.map((row) => ({ ...row, key: row.id }))}
            columns={columns}
            sorting={sorting}
            onSort={setSorting}
          />
        )}
      </Asked>
    </>
  );
}

function sessionColumns(
  t: ReturnType<typeof useWords<"sessions">>,
  f: Formats,
  nowMs: number,
  again: () => void,
): readonly Column<Row>[] {
  const ago = (ms: number) => t("ago", { age: f.age(Math.max(0, nowMs - ms)) });
  return [
    {
      id: "user",
      header: t("column.user"),
      value: (row) => row.user,
      priority: 1,
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{row.user}</span>
          {row.current && <Badge tone="ok">{t("current")}</Badge>}
        </span>
      ),
    },
    {
      id: "address",
      header: t("column.address"),
      value: (row) => row.address,
      priority: 2,
      cell: (row) => <span className="font-mono">{row.address}</span>,
    },
    {
      id: "agent",
      header: t("column.browser"),
      priority: 3,
      cell: (row) => (
        <span className="block max-w-48 truncate 2xl:max-w-80 text-muted" title={row.userAgent}>
          {row.userAgent}
        </span>
      ),
    },
    {
      id: "method",
      header: t("column.method"),
      value: (row) => row.method,
      priority: 4,
      cell: (row) => t(`method.${row.method}`),
    },
    {
      id: "began",
      header: t("column.began"),
      value: (row) => row.createdAtMs,
      priority: 2,
      numeric: true,
      cell: (row) => ago(row.createdAtMs),
    },
    {
      id: "seen",
      header: t("column.seen"),
      value: (row) => row.lastSeenAtMs,
      priority: 2,
      numeric: true,
      cell: (row) => ago(row.lastSeenAtMs),
    },
    {
      id: "end",
      header: t("column.actions"),
      priority: 1,
      cell: (row) =>
        row.current ? null : (
          <AskButton
            label={t("end")}
            title={t("endTitle", { user: row.user })}
            text={t("endText")}
            path={`${apiBase}/sessions/${row.id}/revoke`}
            onDone={() => {
              toast.success(t("ended"));
              again();
            }}
          />
        ),
    },
  ];
}
