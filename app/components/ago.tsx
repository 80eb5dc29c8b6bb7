"use client";

import { useNow } from "../live/use-now.ts";
import { useFormat } from "../words/index.ts";

/** How long ago something was, by the console's clock; null: never, or not known. */
export function Ago({ atMs }: { atMs: number | null }) {
  const nowMs = useNow();
  const f = useFormat();
  return <span>{f.age(atMs === null ? null : Math.max(0, nowMs - atMs))}</span>;
}
