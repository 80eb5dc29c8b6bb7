"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";

/** A long list, newest first, of which only what is in sight is drawn. */
export function Rows({
  label,
  count,
  keyOf,
  children,
}: {
  label: string;
  count: number;
  keyOf: (index: number) => string | number;
  children: (index: number) => ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => 32,
    getItemKey: keyOf,
    overscan: 10,
  });
  if (count === 0) return null;
  return (
    <section
      ref={scroller}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
      tabIndex={0}
      data-testid="tail-rows"
      className="h-[max(280px,calc(100dvh-340px))] overflow-auto rounded-card border border-line"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => (
          <li
            key={item.key}
            ref={virtualizer.measureElement}
            data-index={item.index}
            className="absolute inset-x-0 top-0 border-b border-line"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {children(item.index)}
          </li>
        ))}
      </ul>
    </section>
  );
}
