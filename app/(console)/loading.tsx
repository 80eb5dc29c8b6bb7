import { Skeleton } from "../components/skeleton.tsx";

/** The geometry of a page while its figures are on their way. */
export default function Loading() {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="mt-6 h-22 w-full" />
      <div className="mt-4 grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-56" />
        <Skeleton className="h-56" />
      </div>
      <Skeleton className="mt-6 h-72 w-full" />
    </div>
  );
}
