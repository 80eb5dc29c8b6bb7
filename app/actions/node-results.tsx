"use client";

import type { ActionNodeResult } from "../../server/console/contract/index.ts";
import { Shape } from "../components/status.tsx";
import { useFormat } from "../words/index.ts";
import { useActionWords } from "./words.ts";

/** What each node answered: that some did and others did not is a result, not an error. */
export function NodeResults({
  results,
  requestId,
}: {
  results: readonly ActionNodeResult[];
  requestId: string;
}) {
  const words = useActionWords();
  const f = useFormat();
  const done = results.filter(({ ok }) => ok).length;
  return (
    <div role="alert" className="mt-3 text-13">
      <p className="flex items-center gap-1.5 font-medium">
        <Shape tone={done === 0 ? "crit" : "warn"} />
        {words.t("partly", { done, of: results.length })}
      </p>
      <ul className="mt-1 space-y-1">
        {results.map(({ node, ok, code, tookMs }) => (
          <li key={node} className="flex items-baseline gap-1.5">
            <Shape tone={ok ? "ok" : "crit"} className="translate-y-px" />
            <span className="min-w-0 wrap-anywhere">
              <span className="font-mono">{node}</span>{" "}
              <span className="text-muted">
                {ok ? words.t("answered", { took: f.span(tookMs) }) : words.nodeCode(code)}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-12 text-muted">
        {words.t("request")} <span className="font-mono">{requestId}</span>
      </p>
    </div>
  );
}
