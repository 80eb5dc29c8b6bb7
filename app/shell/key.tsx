import type { ReactNode } from "react";

/** A key as it is drawn on keyboards. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-control border border-control/60 bg-surface px-1 font-mono text-11 text-muted">
      {children}
    </kbd>
  );
}
