"use client";

import { useEffect, useRef, useState } from "react";
import { useStatus } from "../live/use-room.ts";

const betweenMs = 10_000;

/** Tells screen readers in summary, at most every ten seconds and only what changed: never each tick. */
export function LiveAnnouncer() {
  const { data } = useStatus();
  const count = data.problems.length;
  const [said, setSaid] = useState("");
  const lastMs = useRef(0);
  const before = useRef(count);

  useEffect(() => {
    if (before.current === count) return;
    const waitMs = Math.max(0, lastMs.current + betweenMs - Date.now());
    const timer = setTimeout(() => {
      before.current = count;
      lastMs.current = Date.now();
      setSaid(count === 0 ? "No problems any more." : count === 1 ? "1 problem." : `${count} problems.`);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [count]);

  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
