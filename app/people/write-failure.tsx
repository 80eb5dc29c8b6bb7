"use client";

import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Shape } from "../components/status.tsx";
import { useFailureWords } from "../words/use-failure.ts";

/** Under a form: why it was not taken. */
export function WriteFailure({ failure }: { failure: ApiFailure | null }) {
  const wordsOf = useFailureWords();
  return (
    <div role="alert" className="min-h-5">
      {failure !== null && (
        <p className="mt-2 flex items-baseline gap-1.5 text-13">
          <Shape tone="crit" className="translate-y-px" />
          <span>{wordsOf(failure)}</span>
        </p>
      )}
    </div>
  );
}
