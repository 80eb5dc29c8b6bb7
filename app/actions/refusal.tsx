"use client";

import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Shape } from "../components/status.tsx";
import { useFailureWords } from "../words/use-failure.ts";

/** Why what was asked for was not done, in a dialog; nothing while there is no reason. */
export function Refusal({ failure }: { failure: ApiFailure | null }) {
  const say = useFailureWords();
  if (failure === null) return null;
  const { code, nodeCode } = failure;
  return (
    <p role="alert" className="mt-3 flex items-baseline gap-1.5 text-13">
      <Shape tone="crit" className="translate-y-px" />
      <span>
        {say(failure)} <span className="font-mono text-12 text-muted">{nodeCode ?? code}</span>
      </span>
    </p>
  );
}
