import type { NodeLimits } from "../../server/console/contract/index.ts";
import { Shape } from "./status.tsx";

/** Why less is to be had of a node than of others; nothing where everything is. */
export function Limits({ limits }: { limits: NodeLimits | null }) {
  if (limits === null) return null;
  return (
    <p data-testid="limits" className="mb-4 flex items-center gap-1.5 text-13">
      <Shape tone={limits.rule === "secret-refused" ? "warn" : "unknown"} />
      {limits.message} Figures alone are shown of it, asked for about once a second.
    </p>
  );
}
