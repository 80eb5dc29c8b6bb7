"use client";

import { useEffect, useReducer } from "react";
import { cn } from "../../components/classes.ts";
import { useNow } from "../../live/use-now.ts";
import { useFormat, useWords } from "../../words/index.ts";
import type { Held } from "./use-held.ts";

const soonMs = 10_000;
const around = 2 * Math.PI * 6;

/** Until the node takes the message back, by the time that came with it. It is read when asked, never by itself. */
export function Countdown({ held: { message, timeoutMs } }: { held: Held }) {
  const t = useWords("consume");
  const f = useFormat();
  // A page that was not looked at has slow timers: what is left is told anew when it is.
  const [, again] = useReducer((count: number) => count + 1, 0);
  useNow();
  useEffect(() => {
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, []);
  const leftMs = message.remainingMs;
  const isSoon = leftMs < soonMs;
  return (
    <span
      role="timer"
      aria-label={t("left", { left: f.age(leftMs) })}
      title={t("left", { left: f.age(leftMs) })}
      className={cn("flex w-20 shrink-0 items-center gap-1.5 text-12", isSoon ? "text-warn" : "text-muted")}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 -rotate-90 fill-none stroke-current">
        <circle cx="8" cy="8" r="6" strokeWidth="2" className="opacity-25" />
        <circle
          cx="8"
          cy="8"
          r="6"
          strokeWidth="2"
          strokeDasharray={around}
          strokeDashoffset={around * (1 - (timeoutMs > 0 ? Math.min(1, leftMs / timeoutMs) : 0))}
        />
      </svg>
      {f.age(leftMs)}
    </span>
  );
}
