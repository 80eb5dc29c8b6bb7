"use client";

import Link from "next/link";
import type { Problem } from "../../server/console/contract/index.ts";
import { useNow } from "../live/use-now.ts";
import { problemHref } from "../shell/problem-href.ts";
import { useFormat, useWords } from "../words/index.ts";
import { useProblemWords } from "../words/use-problem.ts";
import { Card } from "./card.tsx";
import { Shape } from "./status.tsx";

/** What to mend first. Nothing at all where there is nothing to mend. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const nowMs = useNow();
  const t = useWords("problems");
  const shell = useWords("shell");
  const wordsOf = useProblemWords();
  const { age } = useFormat();
  if (problems.length === 0) return null;
  return (
    <Card>
      <ul aria-label={t("label")}>
        {problems.map((problem) => (
          <li key={problem.key} className="border-line not-last:border-b">
            <Link
              href={problemHref(problem)}
              className="flex min-h-9 items-center gap-2.5 px-4 py-1.5 hover:bg-surface"
            >
              <Shape tone={problem.severity} />
              <span className="sr-only">{shell(`severity.${problem.severity}`)}</span>
              <span className="min-w-0 flex-1 wrap-anywhere">{wordsOf(problem)}</span>
              <span className="shrink-0 text-12 text-muted">
                {t("since", { time: age(nowMs - problem.sinceMs) })}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
