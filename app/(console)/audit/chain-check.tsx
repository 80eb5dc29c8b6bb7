"use client";

import { useState } from "react";
import { type AuditCheck, apiBase } from "../../../server/console/contract/index.ts";
import { Button } from "../../components/button.tsx";
import { Status } from "../../components/status.tsx";
import { get, type Posted } from "../../live/post.ts";
import { useFormat, useWords } from "../../words/index.ts";
import { useFailureWords } from "../../words/use-failure.ts";

type State =
  | { readonly step: "idle" }
  | { readonly step: "walking"; readonly lines: number }
  | { readonly step: "whole"; readonly lines: number }
  | { readonly step: "broken"; readonly at: number }
  | { readonly step: "failed"; readonly words: string };

/** Walks along the chain of hashes from its beginning and says whether every line is as it was written. */
export function ChainCheck() {
  const t = useWords("audit");
  const f = useFormat();
  const wordsOf = useFailureWords();
  const [state, setState] = useState<State>({ step: "idle" });
  const walk = async () => {
    let lines = 0;
    let after: number | null = 0;
    while (after !== null) {
      setState({ step: "walking", lines });
      const answer: Posted<AuditCheck> = await get<AuditCheck>(`${apiBase}/audit/check?after=${after}`);
      if (!answer.ok) return setState({ step: "failed", words: wordsOf(answer.failure) });
      const part: AuditCheck = answer.value;
      if (part.broken !== null) return setState({ step: "broken", at: part.broken });
      lines += part.lines;
      after = part.cursor;
    }
    setState({ step: "whole", lines });
  };
  return (
    <>
      <Button size="small" disabled={state.step === "walking"} onClick={() => void walk()}>
        {t("check")}
      </Button>
      <span role="status" className="text-13">
        {state.step === "walking" && t("checking", { count: state.lines, shown: f.count(state.lines) })}
        {state.step === "whole" && (
          <Status tone="ok">{t("whole", { count: state.lines, shown: f.count(state.lines) })}</Status>
        )}
        {state.step === "broken" && <Status tone="crit">{t("broken", { at: state.at })}</Status>}
        {state.step === "failed" && <Status tone="warn">{state.words}</Status>}
      </span>
    </>
  );
}
