"use client";

import { usePathname } from "next/navigation";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { visible } from "../live/visible.ts";
import { crumbs } from "../shell/crumbs.ts";
import { useCrumbWords } from "../shell/use-crumb-words.ts";
import { Failure } from "./failure.tsx";
import { PageHead } from "./page-head.tsx";

/** In place of a page that cannot be made now: which one it is, and why. */
export function FailedPage({ failure }: { failure: ApiFailure }) {
  return (
    <>
      <FailedHead />
      <Failure failure={failure} />
    </>
  );
}

/** The page's name as its address tells it, which is all that is known of it. */
export function FailedHead() {
  const wordsOf = useCrumbWords();
  const crumb = crumbs(usePathname()).at(-1)!;
  return "name" in crumb.label ? (
    <PageHead title={visible(crumb.label.name)} name />
  ) : (
    <PageHead title={wordsOf(crumb)} />
  );
}
