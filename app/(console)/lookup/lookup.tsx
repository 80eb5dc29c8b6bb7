"use client";

import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import {
  apiPaths,
  type LookupRow,
  type RegistrationsView,
  type Snapshot,
} from "../../../server/console/contract/index.ts";
import { CreateForm } from "../../actions/create-form.tsx";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/card.tsx";
import { Empty } from "../../components/empty.tsx";
import { Field, Input } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { useRead } from "../../live/use-read.ts";
import { useRoom } from "../../live/use-room.ts";
import { useWords } from "../../words/index.ts";
import { Disagreements } from "./disagreements.tsx";
import { Inactive } from "./inactive.tsx";
import { type KnownLookup, lookupColumns } from "./lookup-columns.tsx";

const readEveryMs = 5_000;

/** Where nodes are found, and what is known there that no node has. */
export function Lookup({ rendered }: { rendered: Snapshot<"nodes"> }) {
  const t = useWords("lookup");
  const { data } = useRoom(rendered);
  if (data === null) return null;
  if (data.lookups.length > 0) return <Known lookups={data.lookups} />;
  return (
    <>
      <PageHead title={t("title")} />
      <Empty title={t("none")}>{t("none-why")}</Empty>
      <Section title={t("create")} note={t("create-note-nodes")} className="mt-6">
        <CreateForm both />
      </Section>
    </>
  );
}

function Known({ lookups }: { lookups: readonly LookupRow[] }) {
  const t = useWords("lookup");
  const [created, setCreated] = useState(0);
  const [q, setQ] = useQueryState("q", parseAsString.withDefault("").withOptions({ throttleMs: 250 }));
  const [only, setOnly] = useQueryState("only", parseAsStringLiteral(["inactive"] as const));
  const read = useRead<RegistrationsView>(apiPaths.registrations, readEveryMs);
  const { sorting, setSorting } = useSort("name");
  const rows = useMemo(
    () =>
      lookups.map(
        (row): KnownLookup => ({
          ...row,
          read: read.value?.lookups.find(({ key }) => key === row.key) ?? null,
        }),
      ),
    [lookups, read.value],
  );
  return (
    <>
      <PageHead title={t("title")} note={t("count", { count: lookups.length })} />
      <DataTable
        label={t("lookups")}
        rows={rows}
        columns={lookupColumns}
        sorting={sorting}
        onSort={setSorting}
        stale={(row) => row.state !== "up"}
      />
      <div className="mt-6 flex flex-wrap items-start gap-2">
        <Field label={t("filter")} className="w-72">
          {(ids) => (
            <Input
              {...ids}
              type="search"
              value={q}
              placeholder={t("filter-example")}
              onChange={(event) => void setQ(event.target.value === "" ? null : event.target.value)}
            />
          )}
        </Field>
        <Button
          kind={only === null ? "plain" : "primary"}
          className="mt-5.5"
          aria-pressed={only !== null}
          onClick={() => void setOnly(only === null ? "inactive" : null)}
        >
          {t("only-inactive")}
        </Button>
      </div>
      {only === null && <Disagreements read={read} lookups={lookups.length} q={q} />}
      <Section title={t("inactive")} note={t("inactive-note")} className="mt-6">
        <Inactive key={created} q={q} />
      </Section>
      <Section title={t("create")} note={t("create-note")} className="mt-6">
        <CreateForm both onDone={() => setCreated(created + 1)} />
      </Section>
    </>
  );
}
