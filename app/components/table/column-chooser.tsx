"use client";

import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { Popover } from "radix-ui";
import { memo, type ReactNode } from "react";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";
import { useColumnWords } from "./column.ts";
import type { ChosenColumns } from "./use-columns.ts";

/** Which columns a table shows, and in which order: by buttons, so that no column has to be dragged. */
export const ColumnChooser = memo(function ColumnChooser<Row>({
  columns: { shown, all, choose },
}: {
  columns: ChosenColumns<Row>;
}) {
  const t = useWords("tables");
  const words = useColumnWords();
  const ids = shown.slice(1).map((column) => column.id);
  const others = all.slice(1).filter((column) => !ids.includes(column.id));
  const swap = (at: number, to: number) => {
    const next = [...ids];
    [next[at], next[to]] = [next[to]!, next[at]!];
    choose(next);
  };
  const line = (id: string, on: boolean) => (
    <label className="flex min-h-7 min-w-0 flex-1 items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        checked={on}
        disabled={on && ids.length === 1}
        onChange={() => choose(on ? ids.filter((other) => other !== id) : [...ids, id])}
        className="size-4 accent-accent"
      />
      <span className="truncate">{words(all.find((column) => column.id === id)!).header}</span>
    </label>
  );
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button size="small">
          <Columns3 aria-hidden="true" />
          {t("columns")}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t("columns")}
          className="z-50 max-h-[min(480px,var(--radix-popover-content-available-height))] w-64 overflow-y-auto rounded-card bg-raised p-3 text-13 shadow-float"
        >
          <p className="mb-1 text-12 text-muted">{t("columns-note")}</p>
          <ul>
            {ids.map((id, at) => {
              const { header: name } = words(shown[at + 1]!);
              return (
                <li key={id} className="flex items-center">
                  {line(id, true)}
                  <Button
                    kind="quiet"
                    size="icon"
                    className="size-7"
                    disabled={at === 0}
                    aria-label={t("column-up", { name })}
                    onClick={() => swap(at, at - 1)}
                  >
                    <ArrowUp aria-hidden="true" />
                  </Button>
                  <Button
                    kind="quiet"
                    size="icon"
                    className="size-7"
                    disabled={at === ids.length - 1}
                    aria-label={t("column-down", { name })}
                    onClick={() => swap(at, at + 1)}
                  >
                    <ArrowDown aria-hidden="true" />
                  </Button>
                </li>
              );
            })}
          </ul>
          {others.length > 0 && (
            <ul className="mt-2 border-t border-line pt-2">
              {others.map(({ id }) => (
                <li key={id} className="flex">
                  {line(id, false)}
                </li>
              ))}
            </ul>
          )}
          <Button size="small" kind="quiet" className="mt-2" onClick={() => choose(null)}>
            {t("columns-reset")}
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}) as <Row>(props: { columns: ChosenColumns<Row> }) => ReactNode;
