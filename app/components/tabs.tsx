"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly count?: number | null;
  readonly content: ReactNode;
}

/** Tabs whose choice is in the address; the first is the one without. */
export function Tabs<Id extends string>({ label, tabs }: { label: string; tabs: readonly Tab<Id>[] }) {
  const ids = tabs.map((tab) => tab.id);
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(ids).withDefault(ids[0] as Id));
  return (
    <Radix.Root value={tab as string} onValueChange={(next) => void setTab(next as Id)} className="mt-6">
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map(({ id, label, count }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent px-3 text-13 whitespace-nowrap text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text pointer-coarse:h-11"
          >
            {label}
            {count !== undefined && count !== null && (
              <span className="text-12 font-normal text-muted">{count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ id, content }) => (
        <Radix.Content key={id} value={id} className="mt-4 min-w-0">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
