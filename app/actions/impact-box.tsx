"use client";

import type { ActionTarget, Impact, JobPreview } from "../../server/console/contract/index.ts";
import { Skeleton } from "../components/skeleton.tsx";
import { Shape } from "../components/status.tsx";
import { KeptSentence, Samples } from "../jobs/preview-words.tsx";
import type { ActionState } from "./use-action.ts";
import { useActionWords } from "./words.ts";

/** What would be lost, counted by the server; it is asked again when that has moved. */
export function ImpactBox({
  target,
  impact,
  state,
  preview,
}: {
  target: ActionTarget;
  impact: Impact | null;
  state: ActionState;
  /** Of a job; null: it is none. */
  preview: JobPreview | null;
}) {
  const words = useActionWords();
  const { t } = words;
  return (
    <div
      data-testid="impact"
      className="min-h-10 rounded-control border border-line bg-surface px-3 py-2 text-13"
    >
      {impact === null ? (
        state.step === "counting" ? (
          <Skeleton className="h-5 w-4/5" />
        ) : (
          t("impact.unknown")
        )
      ) : (
        <>
          {state.step === "asking" && state.changed && (
            <p className="mb-1 flex items-center gap-1.5 font-medium">
              <Shape tone="warn" /> {t("impact.changed")}
            </p>
          )}
          <p>{words.impact(impact)}</p>
          {impact.missing.length > 0 && (
            <p className="mt-1 text-warn">{t("impact.missing", { nodes: impact.missing.join(", ") })}</p>
          )}
          <p className="mt-1 text-muted">
            {preview === null ? words.undo(target, impact) : <KeptSentence preview={preview} />}
          </p>
          {preview !== null && <Samples samples={preview.samples} />}
        </>
      )}
    </div>
  );
}
