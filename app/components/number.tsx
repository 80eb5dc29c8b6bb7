"use client";

import { memo, useEffect, useRef } from "react";
import type { NumberFormat } from "../live/format.ts";
import { useFormat } from "../words/index.ts";
import { cn } from "./classes.ts";

/** Smaller moves than this are the ordinary breathing of a figure. */
const tellingShare = 0.01;

/**
 * A figure that moves. With `bad="up"` it is tinted for a moment when it grows: nothing flashes that
 * nobody has to look at.
 */
export const Num = memo(function Num({
  value,
  as = "count",
  bad,
  partial = false,
  className,
}: {
  value: number | null;
  as?: NumberFormat;
  bad?: "up" | undefined;
  /** Not all nodes are in it. */
  partial?: boolean;
  className?: string | undefined;
}) {
  const format = useFormat();
  const ref = useRef<HTMLSpanElement>(null);
  const before = useRef(value);
  useEffect(() => {
    const last = before.current;
    before.current = value;
    if (bad !== "up" || last === null || value === null) return;
    if (value > last && value - last >= Math.max(1, last) * tellingShare) flash(ref.current);
  }, [value, bad]);

  return (
    <span
      ref={ref}
      data-number=""
      title={as === "count" ? format.exact(value) : undefined}
      className={cn("rounded-control whitespace-nowrap", value === null && "text-muted", className)}
    >
      {partial && value !== null && "≥ "}
      {format[as](value)}
    </span>
  );
});

function flash(element: HTMLElement | null): void {
  if (element === null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  element.animate([{ backgroundColor: "color-mix(in srgb, var(--warn) 30%, transparent)" }, {}], 600);
}
