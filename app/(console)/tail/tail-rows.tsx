"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import Link from "next/link";
import { memo, useRef, useState } from "react";
import type { TailRow } from "../../../server/console/contract/index.ts";
import { CopyButton } from "../../components/copy.tsx";
import { bytes, clock } from "../../live/format.ts";
import { visible } from "../../live/visible.ts";
import { paths } from "../../paths.ts";

/** Newest first; a row opens to its whole body. Bodies are only ever text. */
export function TailRows({ rows }: { rows: readonly TailRow[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string | null>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 32,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 10,
  });
  if (rows.length === 0) return null;
  return (
    <section
      ref={scroller}
      aria-label="Messages, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      data-testid="tail-rows"
      className="h-[max(280px,calc(100dvh-300px))] overflow-auto rounded-card border border-line"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row === undefined ? null : (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0 border-b border-line"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Row row={row} open={open === row.id} toggle={setOpen} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const Row = memo(function Row({
  row,
  open,
  toggle,
}: {
  row: TailRow;
  open: boolean;
  toggle: (id: string | null) => void;
}) {
  return (
    <>
      <div className="flex h-8 items-center gap-4 px-3 hover:bg-surface">
        <span className="shrink-0 text-12 text-muted">{clock(row.atMs, "local", true)}</span>
        <Link
          prefetch={false}
          href={paths.message(row.id)}
          className="shrink-0 font-mono text-12 text-accent hover:underline max-sm:hidden"
        >
          {row.id}
        </Link>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => toggle(open ? null : row.id)}
          className="min-w-0 flex-1 truncate text-left font-mono text-12"
        >
          {row.body === "" ? <span className="text-muted">empty body</span> : visible(row.body)}
        </button>
        <span className="shrink-0 text-12 text-muted">{bytes(row.bytes)}</span>
      </div>
      {open && (
        <div className="border-t border-line bg-surface px-3 py-2">
          <div className="flex flex-wrap items-center gap-3 text-12 text-muted">
            <Link href={paths.message(row.id)} className="text-accent underline">
              Trace {row.id}
            </Link>
            <span className="font-mono">{row.node}</span>
            {row.encoding === "base64" && <span>not text: base64</span>}
            {row.cut && <span>only the beginning is here</span>}
            <CopyButton text={row.body} label="Copy body" />
          </div>
          <pre className="max-h-72 overflow-auto font-mono text-12 wrap-anywhere whitespace-pre-wrap">
            {visible(row.body)}
          </pre>
        </div>
      )}
    </>
  );
});
