"use client";

import Link from "next/link";
import { type ReactNode, useState } from "react";
import { clock } from "../live/format.ts";
import { useNow } from "../live/use-now.ts";
import { useZone } from "../preferences/provider.tsx";
import { useWords } from "../words/index.ts";
import { DeletedBy } from "./deleted-by.tsx";
import { Empty } from "./empty.tsx";
import { PageHead } from "./page-head.tsx";

/** There is no such thing: never was, as far as is known, or not any more. Comes alive if it comes to be. */
export function Gone({
  what,
  name,
  object,
  wentAtMs,
  back,
  children,
}: {
  what: string;
  name: string;
  /** The topic or the channel that it is. */
  object?: { readonly topic: string; readonly channel?: string };
  /** It was here while the page was open, until then. */
  wentAtMs: number | null;
  back: { href: string; label: string };
  children?: ReactNode;
}) {
  const t = useWords("components");
  const zone = useZone();
  return (
    <>
      <PageHead title={name} name />
      <Empty
        title={
          wentAtMs === null
            ? t("gone.never", { what, name })
            : t("gone.deleted", { what, name, at: clock(wentAtMs, zone) })
        }
      >
        <p>
          {wentAtMs === null ? t("gone.neverWhy") : t("gone.deletedWhy")}{" "}
          <Link href={back.href} className="text-accent underline">
            {back.label}
          </Link>
        </p>
        {object !== undefined && wentAtMs !== null && <DeletedBy {...object} wentAtMs={wentAtMs} />}
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
