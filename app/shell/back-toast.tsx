"use client";

import { useEffect, useRef } from "react";
import { toast } from "sonner";
import { useLine } from "../live/use-now.ts";
import { useFormat, useWords } from "../words/index.ts";

/** A shorter absence is not worth a word: the pill has told of it. */
const toldFromMs = 30_000;

/** Says that the page is live again when it was not for a good while. */
export function BackToast() {
  const t = useWords("shell");
  const { age } = useFormat();
  const { phase, sinceMs } = useLine();
  const lostAtMs = useRef<number | null>(null);
  useEffect(() => {
    if (phase === "lost") lostAtMs.current ??= sinceMs;
    if (phase !== "open" || lostAtMs.current === null) return;
    const awayMs = sinceMs - lostAtMs.current;
    lostAtMs.current = null;
    if (awayMs >= toldFromMs) toast(t("back", { time: age(awayMs) }));
  }, [phase, sinceMs, t, age]);
  return null;
}
