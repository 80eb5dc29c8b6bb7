import type { ReactNode } from "react";
import { cn } from "./classes.ts";

export function Card({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cn("min-w-0 rounded-card border border-line bg-bg", className)}>{children}</div>;
}

/** A titled part of a page. `aside` stands at the right of the title. */
export function Section({
  title,
  note,
  aside,
  children,
  className,
}: {
  title: string;
  note?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={title} className={cn("min-w-0", className)}>
      <div className="mb-2 flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-14 font-semibold">{title}</h2>
        {note !== undefined && <span className="text-12 text-muted">{note}</span>}
        {aside !== undefined && <div className="ml-auto flex items-center gap-2">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
