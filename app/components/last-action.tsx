"use client";

import Link from "next/link";
import type { LastAction as Action } from "../../server/console/contract/index.ts";
import { useNow } from "../live/use-now.ts";
import { useActName } from "../people/act-name.ts";
import { useFormat, useWords } from "../words/index.ts";

/** "paused by ana 14 min ago: the disk is full", with the log behind it. Nothing where nothing is remembered. */
export function LastAction({ action, href }: { action: Action | null; href: string }) {
  const t = useWords("audit");
  const f = useFormat();
  const nameOf = useActName();
  const nowMs = useNow();
  if (action === null) return null;
  return (
    <Link href={href} className="text-12 text-muted hover:underline" data-testid="last-action">
      {t("last", {
        act: nameOf(action.action),
        user: action.actor,
        age: f.age(Math.max(0, nowMs - action.atMs)),
      })}
      {action.reason !== null && (
        <span className="wrap-anywhere">{t("because", { reason: action.reason })}</span>
      )}
    </Link>
  );
}
