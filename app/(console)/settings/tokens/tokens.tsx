"use client";

import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { type ApiToken, type ApiTokenMade, apiBase } from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Empty } from "../../../components/empty.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRead } from "../../../live/use-read.ts";
import { Asked } from "../../../people/list.tsx";
import { useWhose, WhoseChoice } from "../../../people/whose.tsx";
import { useFormat, useLocale, useWords } from "../../../words/index.ts";
import { tokenColumns } from "./columns.tsx";
import { SecretShown } from "./secret-shown.tsx";
import { TokenForm } from "./token-form.tsx";

const minuteMs = 60_000;

/** Secrets of programs, which ask the API in somebody's place. */
export function Tokens() {
  const t = useWords("tokens");
  const f = useFormat();
  const locale = useLocale();
  const whose = useWhose();
  const read = useRead<readonly ApiToken[]>(`${apiBase}/tokens?of=${whose.of}`, 10_000);
  const { sorting, setSorting } = useSort("-created");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<ApiTokenMade | null>(null);
  const minute = Math.floor(useNow() / minuteMs) * minuteMs;
  const { again } = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the locale
  const columns = useMemo(() => tokenColumns({ t, f, nowMs: minute, again }), [locale, minute]);
  return (
    <>
      <PageHead
        title={t("title")}
        note={t("note")}
        actions={
          <>
            <WhoseChoice {...whose} />
            <Button kind="primary" disabled={read.value === null} onClick={() => setMaking(true)}>
              <Plus aria-hidden="true" />
              {t("add")}
            </Button>
          </>
        }
      />
      <Asked read={read} none={<Empty title={t("none")}>{t("noneWhy")}</Empty>}>
        {(tokens) => (
          <DataTable
            label={t("title")}
            rows={tokens.map((token) => ({ ...token, key: token.id }))}
            columns={columns}
            sorting={sorting}
            onSort={setSorting}
          />
        )}
      </Asked>
      {making && (
        <TokenForm
          onClose={() => setMaking(false)}
          onDone={(token) => {
            setMaking(false);
            setMade(token);
            again();
          }}
        />
      )}
      {made !== null && <SecretShown made={made} onClose={() => setMade(null)} />}
    </>
  );
}
