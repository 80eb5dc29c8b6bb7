"use client";

import { useEffect } from "react";
import { cn } from "../components/classes.ts";
import { Shape, type Tone } from "../components/status.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import type { LiveState } from "../live/connection.ts";
import { age } from "../live/format.ts";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";

/** Says how live the page is; a click or Shift+Space holds it still, and lets it go again. */
export function LivePill() {
  const { store } = useLive();
  const state = useConnection();
  const paused = state.kind === "paused";

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.code !== "Space" || !event.shiftKey || event.isComposing || writing(event.target)) return;
      event.preventDefault();
      store.setPaused(store.connection().pausedAtMs === null);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [store]);

  const { tone, words } = face(state);
  return (
    <Tooltip text={paused ? "Let it move again (Shift+Space)" : "Hold the page still (Shift+Space)"}>
      <button
        type="button"
        data-testid="live-pill"
        data-state={state.kind}
        aria-pressed={paused}
        aria-label={`${words}. ${paused ? "Resume" : "Pause"} live updates`}
        onClick={() => (state.kind === "lost" ? store.retryNow() : store.setPaused(!paused))}
        className={cn(
          "inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-12 whitespace-nowrap pointer-coarse:h-11",
          tone === "ok" ? "border-line text-muted hover:text-text" : "border-current/50",
          tone === "paused" && "text-paused",
          tone === "warn" && "text-warn",
          tone === "crit" && "text-crit",
        )}
      >
        <Shape tone={tone} className="size-2" />
        {words}
      </button>
    </Tooltip>
  );
}

function face(state: LiveState): { tone: Tone; words: string } {
  switch (state.kind) {
    case "live":
      return { tone: "ok", words: "Live 1 s" };
    case "paused": {
      const held = state.heldUpdates === 0 ? "" : `, ${state.heldUpdates} waiting`;
      return { tone: "paused", words: `Paused ${age(state.forMs)}${held}` };
    }
    case "delayed":
      return { tone: "warn", words: `Delayed ${age(state.ageMs)}` };
    case "lost":
      return {
        tone: "crit",
        words:
          state.retryInMs === null || state.retryInMs < 1_000
            ? "Disconnected, retrying"
            : `Disconnected, retry in ${age(state.retryInMs)}`,
      };
  }
}

function writing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
