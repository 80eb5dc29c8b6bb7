import type { ReactNode } from "react";
import { Num } from "../components/number.tsx";
import type { NumberFormat } from "../live/format.ts";

const formats: Readonly<Record<string, NumberFormat>> = {
  in: "rate",
  out: "rate",
  finish: "rate",
  requeue: "rate",
  timeout: "rate",
  oldest: "age",
  bytes: "bytes",
  latency1: "span",
  latency2: "span",
  latency3: "span",
};

/** What stands under the columns of a long table: sums, and of ages and latencies the greatest. */
export function totalsOf(
  label: ReactNode,
  sums: Readonly<Record<string, number | null>>,
  partial: boolean,
): Readonly<Record<string, ReactNode>> {
  const cells = Object.entries(sums).map(([id, value]) => [
    id,
    <Num key={id} value={value} as={formats[id] ?? "count"} partial={partial} />,
  ]);
  return { name: label, ...Object.fromEntries(cells) };
}
