"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Shape } from "../components/status.tsx";
import { useStatus } from "../live/use-room.ts";
import { paths } from "../paths.ts";
import { useWords } from "../words/index.ts";
import { useProblemWords } from "../words/use-problem.ts";
import { problemHref } from "./problem-href.ts";

const shownMax = 2;

/** A topic's page has its channels' problems too; lists of topics and of nodes have none. */
function isOn(pathname: string, href: string): boolean {
  const ofOne = pathname !== paths.topics && pathname !== paths.nodes;
  return href === pathname || (ofOne && href.startsWith(`${pathname}/`));
}

/** Only there when something is wrong: the worst first, each a way to where it can be mended. */
export function ProblemStrip() {
  const { data } = useStatus();
  const pathname = usePathname();
  const t = useWords("shell");
  const wordsOf = useProblemWords();
  // A page begins with its own, the overview with all of them: nothing is said twice.
  const problems = data.problems.filter((problem) => !isOn(pathname, problemHref(problem)));
  if (pathname === paths.overview || problems.length === 0) return null;
  const more = problems.length - shownMax;
  return (
    <ul
      aria-label={t("strip.label")}
      className="flex min-h-9 items-center gap-x-5 overflow-hidden border-b border-line bg-surface px-4 text-13 md:px-6"
    >
      {problems.slice(0, shownMax).map((problem, at) => (
        <li key={problem.key} className={at === 0 ? "min-w-0" : "min-w-0 max-md:hidden"}>
          <Link
            href={problemHref(problem)}
            title={wordsOf(problem)}
            className="flex min-w-0 items-center gap-2 py-1 hover:underline"
          >
            <Shape tone={problem.severity} />
            <span className="sr-only">{t(`severity.${problem.severity}`)}</span>
            <span className="truncate">{wordsOf(problem)}</span>
          </Link>
        </li>
      ))}
      {problems.length > 1 && (
        <li className="ml-auto shrink-0 text-12">
          <Link href="/#problems" className="text-accent underline">
            <span className="md:hidden">{t("strip.more", { count: problems.length - 1 })}</span>
            <span className="max-md:hidden">
              {more > 0 ? t("strip.more", { count: more }) : t("strip.all")}
            </span>
          </Link>
        </li>
      )}
    </ul>
  );
}
