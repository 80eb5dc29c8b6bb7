"use client";

import { usePathname } from "next/navigation";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { visible } from "../live/visible.ts";
import { crumbs } from "../shell/crumbs.ts";
import { useWords } from "../words/index.ts";
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
  const t = useWords("shell");
  const { label } = crumbs(usePathname()).at(-1)!;
  return "name" in label ? (
    <PageHead title={visible(label.name)} name />
  ) : (
    <PageHead title={t(`place.${label.place}`)} />
  );
}
