"use client";

import type { ReactNode } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/empty.tsx";
import { TableSkeleton } from "../components/skeleton.tsx";
import { useWords } from "../words/index.ts";
import { useFailureWords } from "../words/use-failure.ts";

/** What was asked for: as it comes, not at all, or nothing in it. */
export function Asked<T>({
  read: { value, failure, again },
  none,
  children,
}: {
  read: {
    readonly value: readonly T[] | null;
    readonly failure: ApiFailure | null;
    readonly again: () => void;
  };
  none: ReactNode;
  children: (rows: readonly T[]) => ReactNode;
}) {
  const t = useWords("failures");
  const wordsOf = useFailureWords();
  if (value === null && failure !== null)
    return (
      <Empty title={failure.code === "database-away" ? failure.message : wordsOf(failure)}>
        <Button size="small" onClick={again}>
          {t("retry")}
        </Button>
      </Empty>
    );
  if (value === null) return <TableSkeleton rows={4} />;
  return value.length === 0 ? none : children(value);
}
