"use client";

import { useRouter } from "next/navigation";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { useWords } from "../words/index.ts";
import { useFailureWords } from "../words/use-failure.ts";
import { Button } from "./button.tsx";
import { Shape } from "./status.tsx";

/** What failed, its code, the request's id, and a way to try again. */
export function Failure({ failure }: { failure: ApiFailure }) {
  const router = useRouter();
  const t = useWords("failures");
  const wordsOf = useFailureWords();
  return (
    <div role="alert" className="max-w-160 rounded-card border border-line p-5">
      <p className="flex items-center gap-2 text-14 font-medium">
        <Shape tone="crit" />
        {wordsOf(failure)}
      </p>
      <p className="mt-1 text-12 text-muted">
        <span className="font-mono">{failure.nodeCode ?? failure.code}</span>
        {failure.requestId !== "" && (
          <>
            {" · "}
            {t.rich("request", {
              id: failure.requestId,
              code: (id) => <span className="font-mono">{id}</span>,
            })}
          </>
        )}
      </p>
      <Button className="mt-4" onClick={() => router.refresh()}>
        {t("retry")}
      </Button>
    </div>
  );
}
