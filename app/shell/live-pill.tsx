"use client";

import { cn } from "../components/classes.ts";
import { Shape, type Tone } from "../components/status.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import type { LiveState } from "../live/connection.ts";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";
import { useFormat, useWords } from "../words/index.ts";
import { useKey } from "./keys.ts";

/** Says how live the page is; a click or Shift+Space holds it still, and lets it go again. */
export function LivePill() {
  const { store } = useLive();
  const state = useConnection();
  const t = useWords("shell");
  const faceOf = useFace();
  const paused = state.kind === "paused";

  useKey("Shift+Space", () => store.setPaused(store.connection().pausedAtMs === null));

  const { tone, words } = faceOf(state);
  return (
    <Tooltip text={paused ? t("live.release") : t("live.hold")}>
      <button
        type="button"
        data-testid="live-pill"
        data-state={state.kind}
        aria-pressed={paused}
        aria-label={`${words}. ${paused ? t("live.resume") : t("live.pause")}`}
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
        <span className="max-w-60 truncate max-sm:max-w-28">{words}</span>
      </button>
    </Tooltip>
  );
}

function useFace(): (state: LiveState) => { tone: Tone; words: string } {
  const t = useWords("shell");
  const { age } = useFormat();
  return (state) => {
    switch (state.kind) {
      case "live":
        return { tone: "ok", words: t("live.live") };
      case "paused": {
        const time = age(state.forMs);
        const count = state.heldUpdates;
        const words = count === 0 ? t("live.paused", { time }) : t("live.pausedWaiting", { time, count });
        return { tone: "paused", words };
      }
      case "delayed":
        return { tone: "warn", words: t("live.delayed", { time: age(state.ageMs) }) };
      case "lost": {
        const waits = state.retryInMs !== null && state.retryInMs >= 1_000;
        const words = waits ? t("live.retryIn", { time: age(state.retryInMs) }) : t("live.retrying");
        return { tone: "crit", words };
      }
    }
  };
}
