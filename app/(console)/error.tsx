"use client";

import { Button } from "../components/button.tsx";
import { FailedHead } from "../components/failed-page.tsx";
import { Shape } from "../components/status.tsx";
import { useWords } from "../words/index.ts";

/** A mistake of ours: the rest of the console stays usable. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useWords("states");
  return (
    <>
      <FailedHead />
      <div role="alert" className="max-w-160 rounded-card border border-line p-5">
        <p className="flex items-center gap-2 text-14 font-medium">
          <Shape tone="crit" />
          {t("broken")}
        </p>
        <p className="mt-1 text-12 text-muted">
          {error.message}
          {error.digest !== undefined && (
            <>
              {" "}
              <span className="font-mono">{error.digest}</span>
            </>
          )}
        </p>
        <Button className="mt-4" onClick={reset}>
          {t("again")}
        </Button>
      </div>
    </>
  );
}
