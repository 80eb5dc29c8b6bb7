"use client";

import type { SortingState } from "@tanstack/react-table";
import { Download } from "lucide-react";
import { debounce, useQueryStates } from "nuqs";
import { DropdownMenu } from "radix-ui";
import { memo, useEffect, useState } from "react";
import {
  apiPaths,
  printSort,
  type RoomView,
  type TopicRow,
  windowQuery,
  windowTextMax,
} from "../../../server/console/contract/index.ts";
import { base } from "../../base.ts";
import { Button } from "../../components/button.tsx";
import { cn } from "../../components/classes.ts";
import { Input } from "../../components/field.tsx";
import { ColumnChooser } from "../../components/table/column-chooser.tsx";
import { DensitySwitch } from "../../components/table/density-switch.tsx";
import type { ChosenColumns } from "../../components/table/use-columns.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { type TopicState, topicStates, topicsAddress } from "./address.ts";

const typingMs = 250;
/** The number that match is told once the typing has ended. */
const saidAfterMs = 1_000;

/** What is shown of the topics, how many that are, and what can be done with all of them. */
export function FilterBar({
  data,
  columns,
  sorting,
}: {
  data: RoomView<"topics">;
  columns: ChosenColumns<TopicRow>;
  sorting: SortingState;
}) {
  const t = useWords("topics");
  const f = useFormat();
  const [{ q, state }, setFilter] = useQueryStates(topicsAddress);
  const toggle = (one: TopicState) =>
    void setFilter(
      { state: state.includes(one) ? state.filter((other) => other !== one) : [...state, one] },
      { history: "push" },
    );
  const found = t("found", { shown: f.count(data.matching), total: f.count(data.total) });
  const filtered = q.trim() !== "" || state.length > 0;
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label={t("filter")}
        placeholder={t("filter-short")}
        data-filter=""
        className="w-64 max-sm:w-full"
        maxLength={windowTextMax}
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
            "flex h-8 items-center gap-1.5 rounded-full border border-line px-3 text-12 text-muted hover:text-text pointer-coarse:h-11",
            state.includes(one) && "border-accent font-medium text-accent",
          )}
        >
          {t(`state.${one}`)}
          <span data-number="">{f.count(data.facets[one] ?? null)}</span>
        </button>
      ))}
      {filtered && <span className="text-12 text-muted">{found}</span>}
      <Announced text={filtered ? found : ""} reason={`${q} ${state.join()}`} />
      <span className="ml-auto flex gap-2 max-md:hidden">
        <DensitySwitch />
        <ColumnChooser columns={columns} />
        <Export query={windowQuery({ q, state, sort: printSort(sorting) })} />
      </span>
    </div>
  );
}

/** For those who hear the page: how many match, once the filter stands; not again with every tick. */
function Announced({ text, reason }: { text: string; reason: string }) {
  const [said, setSaid] = useState({ text: "", reason });
  useEffect(() => {
    if (said.reason === reason) return;
    const timer = setTimeout(() => setSaid({ text, reason }), saidAfterMs);
    return () => clearTimeout(timer);
  }, [said, text, reason]);
  return (
    <span role="status" className="sr-only">
      {said.text}
    </span>
  );
}

/** All that match, as a file: not only the rows in sight. */
const Export = memo(function Export({ query }: { query: string }) {
  const t = useWords("topics");
  const href = (format: string) =>
    `${base}${apiPaths.topicsFile}${query}${query === "" ? "?" : "&"}format=${format}`;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button size="small">
          <Download aria-hidden="true" />
          {t("export")}
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-50 min-w-36 rounded-card bg-raised p-1 text-13 shadow-float"
        >
          {["csv", "ndjson"].map((format) => (
            <DropdownMenu.Item key={format} asChild>
              <a
                href={href(format)}
                download={`topics.${format}`}
                className="flex h-8 items-center rounded-control px-2.5 outline-none data-highlighted:bg-text/6 pointer-coarse:h-11"
              >
                {format.toUpperCase()}
              </a>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
});
