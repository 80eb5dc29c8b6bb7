"use client";

import { debounce, parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { RoomView, Snapshot } from "../../../server/console/contract/index.ts";
import { CreateForm } from "../../actions/create-form.tsx";
import { Button } from "../../components/button.tsx";
import { cn } from "../../components/classes.ts";
import { CoverageNote, isPartial } from "../../components/coverage-note.tsx";
import { Empty } from "../../components/empty.tsx";
import { Input } from "../../components/field.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { DataTable } from "../../components/table/data-table.tsx";
import { useSort } from "../../components/table/sort.ts";
import { count, plural } from "../../live/format.ts";
import { useWindow } from "../../live/use-window.ts";
import { topicColumns, topicTotals } from "../../tables/topic-columns.tsx";
import { NewSystem } from "../new-system.tsx";
import { filterTopics, stateLabels, type TopicState, topicStates } from "./filter.ts";

const typingMs = 250;

export function Topics({ rendered }: { rendered: Snapshot<"topics"> }) {
  const { data } = useWindow(rendered, { limit: 200 });
  if (data === null) return null;
  return (
    <>
      <PageHead title="Topics" note={plural(data.total, "topic")} />
      <CoverageNote coverage={data.coverage} />
      {data.total === 0 ? <NewSystem /> : <TopicsTable data={data} />}
      <details className="mt-6">
        <summary className="w-fit cursor-pointer text-13 text-accent underline">Create a topic</summary>
        <div className="mt-3">
          <CreateForm />
        </div>
      </details>
    </>
  );
}

function TopicsTable({ data }: { data: RoomView<"topics"> }) {
  const [{ q, state }, setFilter] = useQueryStates({
    q: parseAsString.withDefault(""),
    state: parseAsArrayOf(parseAsStringLiteral(topicStates)).withDefault([]),
  });
  const { sorting, setSorting } = useSort("-depth");
  const rows = useMemo(() => filterTopics(data.rows, q, state), [data.rows, q, state]);
  const toggle = (one: TopicState) =>
    void setFilter(
      { state: state.includes(one) ? state.filter((other) => other !== one) : [...state, one] },
      { history: "push" },
    );
  const clear = () => void setFilter({ q: null, state: null });
  const filtered = rows.length < data.rows.length;

  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label="Filter topics by name"
          placeholder="Filter by name"
          className="w-64 max-sm:w-full"
          value={q}
          onChange={(event) =>
            void setFilter({ q: event.target.value || null }, { limitUrlUpdates: debounce(typingMs) })
          }
        />
        {topicStates.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={state.includes(one)}
            onClick={() => toggle(one)}
            className={cn(
              "h-8 rounded-full border border-line px-3 text-12 text-muted hover:text-text pointer-coarse:h-11",
              state.includes(one) && "border-accent font-medium text-accent",
            )}
          >
            {stateLabels[one]}
          </button>
        ))}
        {filtered && (
          <span className="text-12 text-muted">
            {count(rows.length)} of {count(data.total)}
          </span>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty title={`0 of ${plural(data.total, "topic")} match`}>
          <Button onClick={clear}>Clear filters</Button>
        </Empty>
      ) : (
        <DataTable
          label="Topics"
          rows={rows}
          columns={topicColumns}
          sorting={sorting}
          onSort={setSorting}
          filter={`${q} ${state.join()}`}
          stale={(row) => row.stale}
          {...(filtered ? {} : { totals: topicTotals("All topics", data.sums, isPartial(data.coverage)) })}
        />
      )}
    </>
  );
}
