"use client";

import { memo, type RefObject, useEffect, useRef } from "react";
import type { NumberFormat } from "../live/format.ts";
import { useFormat } from "../words/index.ts";
import { cn } from "./classes.ts";

/** Smaller moves than this are the ordinary breathing of a figure. */
const tellingShare = 0.01;

/** From here on counts are shortened, and the whole figure is in the title. */
const shortenedFrom = 1_000_000;

interface Props {
  readonly value: number | null;
  readonly as?: NumberFormat;
  readonly bad?: "up" | undefined;
  /** Not all nodes are in it. */
  readonly partial?: boolean;
  readonly className?: string | undefined;
}

/**
 * A figure that moves. With `bad="up"` it is tinted for a moment when it grows: nothing flashes that
 * nobody has to look at. Hundreds of them are drawn at every tick.
 */
export const Num = memo(function Num(props: Props) {
  return props.bad === "up" ? <Flashing {...props} /> : <Figure {...props} />;
});

function Flashing(props: Props) {
  const { value } = props;
  const ref = useRef<HTMLSpanElement>(null);
  const before = useRef(value);
  useEffect(() => {
    const last = before.current;
    before.current = value;
    if (last === null || value === null) return;
    if (value > last && value - last >= Math.max(1, last) * tellingShare) flash(ref.current);
  }, [value]);
  return <Figure {...props} ref={ref} />;
}

function Figure({
  value,
  as = "count",
  partial = false,
  className,
  ref,
}: Props & { ref?: RefObject<HTMLSpanElement | null> }) {
  const format = useFormat();
  const look = `rounded-control whitespace-nowrap${value === null ? " text-muted" : ""}`;
  return (
    <span
      ref={ref}
      data-number=""
      title={as === "count" && value !== null && value >= shortenedFrom ? format.exact(value) : undefined}
      className={className === undefined ? look : cn(look, className)}
    >
      {partial && value !== null && "≥ "}
      {format[as](value)}
    </span>
  );
}

function flash(element: HTMLElement | null): void {
  if (element === null || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  element.animate([{ backgroundColor: "color-mix(in srgb, var(--warn) 30%, transparent)" }, {}], 600);
}
