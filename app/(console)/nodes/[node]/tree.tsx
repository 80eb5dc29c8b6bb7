"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import {
  apiPaths,
  type NodeClientsView,
  type NodeView,
  readEveryMs,
} from "../../../../server/console/contract/index.ts";
import { cn } from "../../../components/classes.ts";
import { Empty } from "../../../components/empty.tsx";
import { Num } from "../../../components/number.tsx";
import { StateBadges } from "../../../components/state-badges.tsx";
import { priorityClass } from "../../../components/table/column.ts";
import { useRead } from "../../../live/use-read.ts";
import { visible } from "../../../live/visible.ts";
import { paths } from "../../../paths.ts";
import { useWords } from "../../../words/index.ts";
import { figures, leavesOf, type TreeRow, treeRows } from "./tree-rows.ts";

const rowHeightPx = 36;
/** Up to here all rows are drawn; beyond, those in sight. */
const wholeMax = 100;

/** A node's topics, their channels, and who consumes those: one table, opened where one looks closer. */
export function Tree({ name, data }: { name: string; data: NodeView }) {
  const t = useWords("node");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const showsClients = useMemo(() => [...open].some((key) => key.includes("/")), [open]);
  const rows = useMemo(() => treeRows(data, open), [data, open]);
  if (data.topics.length === 0) return <Empty title={t("tree.none")}>{t("tree.none-why")}</Empty>;
  const toggle = (key: string) =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return showsClients ? (
    <WithClients name={name} rows={rows} open={open} toggle={toggle} />
  ) : (
    <Rows rows={rows} open={open} toggle={toggle} />
  );
}

interface RowsProps {
  readonly rows: readonly TreeRow[];
  readonly open: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
}

/** Who consumes is asked of the node while some channel is open, and not otherwise. */
function WithClients({ name, rows, ...rest }: RowsProps & { name: string }) {
  const { value } = useRead<NodeClientsView>(apiPaths.nodeClients(name), readEveryMs);
  const all = useMemo(
    () => rows.flatMap((row) => [row, ...leavesOf(row, rest.open, value)]),
    [rows, rest.open, value],
  );
  return <Rows rows={all} {...rest} />;
}

function Rows({ rows, open, toggle }: RowsProps) {
  const t = useWords("node");
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = rows.length > wholeMax;
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: virtual,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    initialRect: { width: 0, height: 720 },
  });
  const items = virtual ? virtualizer.getVirtualItems() : null;
  const first = items?.[0]?.index ?? 0;
  const last = items === null ? rows.length - 1 : (items.at(-1)?.index ?? -1);
  return (
    <section
      ref={scroller}
      aria-label={t("tree.label")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      className={cn(
        "overflow-auto rounded-card border border-line",
        virtual && "max-h-[max(320px,calc(100dvh-232px))]",
      )}
    >
      <table className="w-full border-separate border-spacing-0" aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{t("tree.label")}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <Head first>{t("tree.name")}</Head>
            {figures.map(({ id, priority }) => (
              <Head key={id} priority={priority}>
                {t(`tree.${id}`)}
              </Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr style={{ height: first * rowHeightPx }} />}
          {rows.slice(first, last + 1).map((row, at) => (
            <tr
              key={row.key}
              aria-rowindex={first + at + 2}
              className="group hover:bg-surface [&:not(:last-child)>td]:border-b"
            >
              <NameCell row={row} open={open} toggle={toggle} />
              {figures.map(({ id, value, as, priority }) => (
                <td
                  key={id}
                  className={cn("h-9 border-line px-3 text-right whitespace-nowrap", priorityClass(priority))}
                >
                  {row.kind !== "note" && <Num value={value(row)} as={as} />}
                </td>
              ))}
            </tr>
          ))}
          {last + 1 < rows.length && <tr style={{ height: (rows.length - 1 - last) * rowHeightPx }} />}
        </tbody>
      </table>
    </section>
  );
}

function Head({
  first = false,
  priority,
  children,
}: {
  first?: boolean;
  priority?: 1 | 2 | 3;
  children: React.ReactNode;
}) {
  return (
    <th
      scope="col"
      className={cn(
        "sticky top-0 z-10 h-9 border-b border-line bg-surface px-3 text-12 font-normal whitespace-nowrap text-muted",
        first ? "left-0 z-20 text-left" : "text-right",
        priorityClass(priority),
      )}
    >
      {children}
    </th>
  );
}

const indents = { 1: "pl-2", 2: "pl-8", 3: "pl-16" } as const;

function NameCell({ row, open, toggle }: { row: TreeRow } & Omit<RowsProps, "rows">) {
  const isOpen = open.has(row.key);
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === "ArrowRight" && !isOpen) || (event.key === "ArrowLeft" && isOpen)) {
      event.preventDefault();
      toggle(row.key);
    }
  };
  const t = useWords("node");
  return (
    <td
      className={cn(
        "sticky left-0 h-9 w-full max-w-0 min-w-36 truncate border-line bg-bg pr-3 group-hover:bg-surface md:min-w-60",
        indents[row.level],
      )}
    >
      <span className="flex items-center gap-1.5">
        {row.kind === "topic" || row.kind === "channel" ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={t(isOpen ? "tree.close" : "tree.open", { name: row.name })}
            onClick={() => toggle(row.key)}
            onKeyDown={onKeyDown}
            className="grid size-6 shrink-0 place-items-center rounded-control hover:bg-text/6"
          >
            <ChevronRight aria-hidden="true" className={cn("size-3.5", isOpen && "rotate-90")} />
          </button>
        ) : (
          <span className="w-6 shrink-0" />
        )}
        <Name row={row} />
      </span>
    </td>
  );
}

function Name({ row }: { row: TreeRow }) {
  const t = useWords("node");
  const link = "truncate font-mono hover:text-accent hover:underline";
  switch (row.kind) {
    case "topic":
      return (
        <>
          <Link prefetch={false} href={paths.topic(row.name)} title={row.name} className={link}>
            {row.name}
          </Link>
          <StateBadges what="topic" paused={row.paused} ephemeral={row.ephemeral} durable={row.durable} />
        </>
      );
    case "channel":
      return (
        <>
          <Link prefetch={false} href={paths.channel(row.topic, row.name)} title={row.name} className={link}>
            {row.name}
          </Link>
          <StateBadges what="channel" paused={row.paused} ephemeral={row.ephemeral} />
        </>
      );
    case "client":
      return (
        <>
          <span className="truncate font-mono" title={row.name}>
            {visible(row.name)}
          </span>
          <span className="truncate font-mono text-12 text-muted">{visible(row.address)}</span>
        </>
      );
    case "note":
      return <span className="text-muted">{t(`tree.${row.note}`)}</span>;
  }
}
