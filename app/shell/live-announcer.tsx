"use client";

import { useEffect, useRef, useState } from "react";
import { useConnection } from "../live/use-now.ts";
import { useStatus } from "../live/use-room.ts";
import { useWords } from "../words/index.ts";
import { summary } from "./summary.ts";

const betweenMs = 10_000;

/** Tells screen readers in summary, at most every ten seconds and only what changed: never each tick. */
export function LiveAnnouncer() {
  const { data } = useStatus();
  const { stale } = useConnection();
  const t = useWords("shell");
  const count = data.problems.length;
  const words = summary(data, stale)
    .map((part) => t(`announce.${part}`, { count }))
    .join(" ");
  const [said, setSaid] = useState("");
  const lastMs = useRef(0);
  const before = useRef(words);

  useEffect(() => {
    if (before.current === words) return;
    const waitMs = Math.max(0, lastMs.current + betweenMs - Date.now());
    const timer = setTimeout(() => {
      before.current = words;
      lastMs.current = Date.now();
      setSaid(words);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [words]);

  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
