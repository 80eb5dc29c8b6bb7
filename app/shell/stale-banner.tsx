"use client";

import { Button } from "../components/button.tsx";
import { Shape } from "../components/status.tsx";
import { clock } from "../live/format.ts";
import { useLive } from "../live/provider.tsx";
import { useConnection } from "../live/use-now.ts";
import { useZone } from "../preferences/provider.tsx";
import { useFormat, useWords } from "../words/index.ts";

/** The numbers below are old ones: since when, and what is being done about it. */
export function StaleBanner() {
  const { store } = useLive();
  const state = useConnection();
  const t = useWords("shell");
  const { age } = useFormat();
  const zone = useZone();
  if (!state.stale || (state.kind !== "lost" && state.kind !== "delayed")) return null;
  const retry =
    state.kind === "delayed"
      ? t("stale.silent")
      : state.retryInMs === null || state.retryInMs < 1_000
        ? t("stale.reconnecting")
        : t("stale.retryIn", { time: age(state.retryInMs) });
  return (
    <div
      data-testid="stale-banner"
      className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-1 text-13 md:px-6"
    >
      <span aria-hidden="true" className="hatch h-4 w-6 rounded-control" />
      <Shape tone="crit" />
      <span className="min-w-0 flex-1 basis-56">
        {t.rich("stale.from", {
          at: clock(state.dataAtMs, zone),
          age: age(state.ageMs),
          b: (part) => <strong className="font-medium">{part}</strong>,
        })}{" "}
        {state.session === "unknown" && `${t("stale.unknown")} `}
        {retry}
      </span>
      {state.kind === "lost" && (
        <Button size="small" className="ml-auto" onClick={() => store.retryNow()}>
          {t("stale.retry")}
        </Button>
      )}
    </div>
  );
}
