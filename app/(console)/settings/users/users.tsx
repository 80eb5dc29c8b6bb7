"use client";

import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { apiBase, decide, type User, type UserLink } from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { useLive } from "../../../live/provider.tsx";
import { useNow } from "../../../live/use-now.ts";
import { useRead } from "../../../live/use-read.ts";
import { Asked } from "../../../people/list.tsx";
import { useFormat, useLocale, useWords } from "../../../words/index.ts";
import { personColumns } from "./columns.tsx";
import { LinkShown } from "./link-shown.tsx";
import { PersonForm } from "./person-form.tsx";

const minuteMs = 60_000;

/** Who may use the console, and what they may. */
export function Users() {
  const t = useWords("users");
  const f = useFormat();
  const locale = useLocale();
  const { session } = useLive();
  const verdict = decide(session, "manage-users", {});
  const read = useRead<readonly User[]>(`${apiBase}/users`, verdict.ok ? 10_000 : null);
  const { sorting, setSorting } = useSort("name");
  const [editing, setEditing] = useState<User | "new" | null>(null);
  const [link, setLink] = useState<{ readonly name: string; readonly link: UserLink } | null>(null);
  const minute = Math.floor(useNow() / minuteMs) * minuteMs;
  const { again } = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words are those of the locale
  const columns = useMemo(
    () => personColumns({ t, f, nowMs: minute, edit: setEditing, shown: setLink, again }),
    [locale, minute],
  );
  const rows = (users: readonly User[]) => users.map((user) => ({ ...user, key: user.name }));
  return (
    <>
      <PageHead
        title={t("title")}
        note={t("note")}
        actions={
          verdict.ok && (
            <Button kind="primary" disabled={read.value === null} onClick={() => setEditing("new")}>
              <Plus aria-hidden="true" />
              {t("add")}
            </Button>
          )
        }
      />
      <Asked read={read} none={null}>
        {(users) => (
          <DataTable
            label={t("title")}
            rows={rows(users)}
            columns={columns}
            sorting={sorting}
            onSort={setSorting}
          />
        )}
      </Asked>
      {editing !== null && (
        <PersonForm
          key={editing === "new" ? "" : editing.name}
          user={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onDone={(made) => {
            setEditing(null);
            setLink(made);
            again();
          }}
        />
      )}
      {link !== null && <LinkShown name={link.name} link={link.link} onClose={() => setLink(null)} />}
    </>
  );
}
