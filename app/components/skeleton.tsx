import type { ReactNode } from "react";
import { cn } from "./classes.ts";

/** Holds the place of something still on its way; shows itself only after 150 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("skeleton rounded-control bg-text/8", className)} />;
}

const several = (count: number) => Array.from({ length: count }, (_, at) => at);

/** As `PageHead`. */
export function HeadSkeleton() {
  return (
    <div className="mb-5 flex h-8 items-center">
      <Skeleton className="h-6 w-48" />
    </div>
  );
}

/** As `Metrics`. */
export function MetricsSkeleton({ count }: { count: 8 | 9 }) {
  return (
    <div
      className={cn(
        "grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line",
        count === 8 ? "md:grid-cols-4 xl:grid-cols-8" : "md:grid-cols-3 xl:grid-cols-9",
      )}
    >
      {several(count).map((at) => (
        <div key={at} className="h-21 bg-bg px-4 py-3.5 last:max-md:odd:col-span-2">
          <Skeleton className="h-3 w-14" />
          <Skeleton className="mt-2 h-5 w-20" />
        </div>
      ))}
    </div>
  );
}

/** As a row of charts. */
export function ChartsSkeleton({ count }: { count: 2 | 3 }) {
  return (
    <div className={cn("grid gap-4", count === 3 ? "lg:grid-cols-3" : "lg:grid-cols-2")}>
      {several(count).map((at) => (
        <Skeleton key={at} className="h-52 rounded-card" />
      ))}
    </div>
  );
}

/** As a table of so many rows, with its head. */
export function TableSkeleton({ rows }: { rows: number }) {
  return (
    <div className="overflow-hidden rounded-card border border-line">
      <div className="h-9 bg-surface" />
      {several(rows).map((at) => (
        <div key={at} className="flex h-(--row) items-center gap-6 border-t border-line px-3">
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="ml-auto h-3.5 w-16" />
          <Skeleton className="h-3.5 w-16 max-md:hidden" />
          <Skeleton className="h-3.5 w-16 max-xl:hidden" />
        </div>
      ))}
    </div>
  );
}

/** A page on its way, for those who cannot see that it is. */
export function Waiting({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="status" aria-label={label}>
      {children}
    </div>
  );
}
