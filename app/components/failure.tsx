"use client";

import { useRouter } from "next/navigation";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Button } from "./button.tsx";
import { Shape } from "./status.tsx";

/** What failed, its code, the request's id, and a way to try again. */
export function Failure({ failure }: { failure: ApiFailure }) {
  const router = useRouter();
  return (
    <div role="alert" className="m-6 max-w-160 rounded-card border border-line p-5">
      <p className="flex items-center gap-2 text-14 font-medium">
        <Shape tone="crit" />
        {failure.message}
      </p>
      <p className="mt-1 text-12 text-muted">
        <span className="font-mono">{failure.nodeCode ?? failure.code}</span>
        {failure.requestId !== "" && (
          <>
            {" · request "}
            <span className="font-mono">{failure.requestId}</span>
          </>
        )}
      </p>
      <Button className="mt-4" onClick={() => router.refresh()}>
        Retry
      </Button>
    </div>
  );
}
