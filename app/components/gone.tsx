"use client";

import Link from "next/link";
import { type ReactNode, useState } from "react";
import { useNow } from "../live/use-now.ts";
import { Empty } from "./empty.tsx";
import { PageHead } from "./page-head.tsx";

/** There is no such thing: never was, as far as is known, or not any more. Comes alive if it comes to be. */
export function Gone({
  what,
  name,
  back,
  children,
}: {
  what: string;
  name: string;
  back: { href: string; label: string };
  children?: ReactNode;
}) {
  return (
    <>
      <PageHead title={name} name />
      <Empty title={`There is no ${what} ${name}`}>
        <p>
          It was deleted, or nobody has made it yet. This page shows it as soon as it exists.{" "}
          <Link href={back.href} className="text-accent underline">
            {back.label}
          </Link>
        </p>
        {children}
      </Empty>
    </>
  );
}

/** Remembers that something was here, for the sentence that says it went. */
export function useWasHere(here: boolean): number | null {
  const nowMs = useNow();
  const [seen, setSeen] = useState<{ here: boolean; wentAtMs: number | null }>({ here, wentAtMs: null });
  if (seen.here !== here) setSeen({ here, wentAtMs: here ? null : nowMs });
  return seen.wentAtMs;
}
