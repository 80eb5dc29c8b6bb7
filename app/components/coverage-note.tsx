import type { Coverage } from "../../server/console/contract/index.ts";
import { Shape } from "./status.tsx";

/** Which nodes the figures do not have; nothing when all answered. */
export function CoverageNote({ coverage }: { coverage: Coverage }) {
  if (coverage.heard >= coverage.of) return null;
  return (
    <p className="mb-4 flex flex-wrap items-center gap-1.5 text-13">
      <Shape tone="unknown" />
      Figures from {coverage.heard} of {coverage.of} nodes: sums are at least what they say. Silent:{" "}
      <span className="font-mono">{coverage.missing.join(", ")}</span>
    </p>
  );
}
