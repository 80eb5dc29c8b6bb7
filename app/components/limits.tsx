import type { NodeLimits } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import { Shape } from "./status.tsx";

/** Why less is to be had of a node than of others; nothing where everything is. */
export function Limits({ limits }: { limits: NodeLimits | null }) {
  const t = useWords("components");
  if (limits === null) return null;
  return (
    <p data-testid="limits" className="mb-4 flex items-center gap-1.5 text-13">
      <Shape tone={limits.rule === "secret-refused" ? "warn" : "unknown"} />
      {t(`limits.${limits.rule}`)} {t("limits.figures")}
    </p>
  );
}
