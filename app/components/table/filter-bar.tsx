"use client";

import { type ReactNode, useEffect, useState } from "react";
import { type WindowView, windowTextMax } from "../../../server/console/contract/index.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { cn } from "../classes.ts";
import { Input } from "../field.tsx";
import type { RowFilter } from "./use-row-filter.ts";

/** The number that match is told once the typing has ended. */
const saidAfterMs = 1_000;

/** What is shown of a long table, how many rows that are, and at its end what can be done with all of them. */
export function FilterBar({
  data,
  filter,
  label,
  placeholder,
  children,
}: {
  data: Pick<WindowView, "total" | "matching" | "facets">;
  filter: RowFilter;
  label: string;
  placeholder?: string;
  children?: ReactNode;
}) {
  const t = useWords("tables");
  const f = useFormat();
  const { q, state, states, isFiltered } = filter;
  const found = t("filter.found", { shown: f.count(data.matching), total: f.count(data.total) });
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder ?? t("filter.short")}
        data-filter=""
        className="w-64 max-sm:w-full"
        maxLength={windowTextMax}
        value={q}
        onChange={(event) => filter.type(event.target.value)}
      />
      {states.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={state.includes(one)}
          onClick={() => filter.toggle(one)}
          className={cn(
            "flex h-8 items-center gap-1.5 rounded-full border border-line px-3 text-12 text-muted hover:text-text pointer-coarse:h-11",
            state.includes(one) && "border-accent font-medium text-accent",
          )}
        >
          {t(`state.${one}`)}
          <span data-number="">{f.count(data.facets[one] ?? null)}</span>
        </button>
      ))}
      {isFiltered && <span className="text-12 text-muted">{found}</span>}
      <Announced text={isFiltered ? found : ""} reason={`${q} ${state.join()}`} />
      <span className="ml-auto flex gap-2 max-md:hidden">{children}</span>
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
