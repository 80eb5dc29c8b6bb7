import type { ReactNode } from "react";

/** Nothing to show, why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-2 rounded-card border border-line border-dashed px-5 py-6">
      <p className="text-14 font-medium">{title}</p>
      {children !== undefined && <div className="max-w-160 text-13 text-muted">{children}</div>}
    </div>
  );
}
