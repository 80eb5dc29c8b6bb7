"use client";

import { useWords } from "../words/index.ts";
import {
  ChartsSkeleton,
  HeadSkeleton,
  MetricsSkeleton,
  Skeleton,
  TableSkeleton,
  Waiting,
} from "./skeleton.tsx";

/** The geometry of the overview. */
export function OverviewSkeleton() {
  return (
    <Waiting label={useWords("components")("loading")}>
      <HeadSkeleton />
      <div className="space-y-6">
        <Skeleton className="h-10 w-full rounded-card" />
        <MetricsSkeleton count={9} />
        <ChartsSkeleton count={3} />
        <TableSkeleton rows={5} />
      </div>
    </Waiting>
  );
}

/** The geometry of a list with its filter. */
export function ListSkeleton() {
  return (
    <Waiting label={useWords("components")("loading")}>
      <HeadSkeleton />
      <Skeleton className="mb-4 h-8 w-full max-w-80" />
      <TableSkeleton rows={12} />
    </Waiting>
  );
}

/** The geometry of a topic, a channel or a node. */
export function ObjectSkeleton() {
  return (
    <Waiting label={useWords("components")("loading")}>
      <HeadSkeleton />
      <div className="space-y-4">
        <MetricsSkeleton count={8} />
        <ChartsSkeleton count={2} />
        <TableSkeleton rows={4} />
      </div>
    </Waiting>
  );
}

/** The geometry of a form or of a few lines. */
export function FormSkeleton() {
  return (
    <Waiting label={useWords("components")("loading")}>
      <HeadSkeleton />
      <div className="max-w-200 space-y-4">
        <Skeleton className="h-16 w-full rounded-card" />
        <Skeleton className="h-16 w-full rounded-card" />
        <Skeleton className="h-16 w-full rounded-card" />
      </div>
    </Waiting>
  );
}
