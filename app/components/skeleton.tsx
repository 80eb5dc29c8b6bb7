import { cn } from "./classes.ts";

/** Holds the place of something still on its way; shows itself only after 150 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cn("skeleton rounded-control bg-text/8", className)} />;
}
