"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../components/classes.ts";
import { useWords } from "../words/index.ts";
import { crumbs } from "./crumbs.ts";
import { useCrumbWords } from "./use-crumb-words.ts";

export function Breadcrumbs() {
  const t = useWords("shell");
  const trail = crumbs(usePathname());
  const wordsOf = useCrumbWords();
  return (
    <nav aria-label={t("breadcrumb")} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-13">
        {trail.map((crumb, at) => (
          <li
            key={crumb.href}
            className={cn("flex items-center gap-1.5 not-last:max-sm:hidden", at > 0 && "min-w-0")}
          >
            {at > 0 && (
              <span aria-hidden="true" className="text-muted max-sm:hidden">
                /
              </span>
            )}
            {at === trail.length - 1 ? (
              <span aria-current="page" className="truncate font-medium">
                {wordsOf(crumb)}
              </span>
            ) : (
              <Link
                href={crumb.href}
                className={cn("text-muted hover:text-text hover:underline", at > 0 && "truncate")}
              >
                {wordsOf(crumb)}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
