import type { ReactNode } from "react";
import type { NumberFormat } from "../live/format.ts";
import { cn } from "./classes.ts";
import { Num } from "./number.tsx";

/** A figure with its name and unit; `note` is the evidence under it. */
export function Metric({
  label,
  value,
  as = "count",
  unit,
  note,
  bad,
  partial,
  tone,
}: {
  label: string;
  value: number | null;
  as?: NumberFormat;
  unit?: string;
  note?: ReactNode;
  bad?: "up";
  partial?: boolean;
  tone?: "warn" | "crit" | undefined;
}) {
  return (
    <div className="min-w-0 bg-bg px-4 py-3 xl:px-3 last:max-md:odd:col-span-2">
      <dt className="truncate text-12 text-muted">{label}</dt>
      <dd className="mt-0.5">
        <span
          className={cn(
            "block h-7 truncate text-20 leading-7 font-medium",
            tone === "warn" && "text-warn",
            tone === "crit" && "text-crit",
          )}
        >
          <Num value={value} as={as} bad={bad} partial={partial ?? false} />
          {unit !== undefined && <span className="ml-1 text-12 font-normal text-muted">{unit}</span>}
        </span>
        <span className="block min-h-4 truncate text-12 text-muted">{note}</span>
      </dd>
    </div>
  );
}

/** Eight or nine figures side by side, ruled by hairlines; of nine the sixth is an age, and has room for its two units. */
export function Metrics({
  label,
  stale = false,
  count = 8,
  children,
}: {
  label: string;
  /** The last that was known. */
  stale?: boolean;
  count?: 8 | 9;
  children: ReactNode;
}) {
  return (
    <dl
      aria-label={label}
      data-stale={stale || undefined}
      className={cn(
        "grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line",
        count === 8
          ? "md:grid-cols-4 xl:grid-cols-8"
          : "md:grid-cols-3 xl:grid-cols-[repeat(5,minmax(0,1fr))_minmax(0,1.4fr)_repeat(3,minmax(0,1fr))]",
      )}
    >
      {children}
    </dl>
  );
}
