import type { ReactNode } from "react";
import { Card } from "../../components/card.tsx";

/** A part with its name, which is the name of its file. */
export function Specimen({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1.5 font-mono text-12 text-muted">{name}</h3>
      <Card className="p-4">{children}</Card>
    </div>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-x-4 gap-y-3">{children}</div>;
}
