"use client";

import { Button } from "../components/button.tsx";
import { Shape } from "../components/status.tsx";
import { age, clock } from "../live/format.ts";
import { useLive } from "../live/provider.tsx";
import { useAwake, useConnection } from "../live/use-now.ts";

/** The numbers below are old ones: since when, and what is being done about it. */
export function StaleBanner() {
  const { store } = useLive();
  const state = useConnection();
  const zone = useAwake() ? "local" : "utc";
  if (!state.stale || (state.kind !== "lost" && state.kind !== "delayed")) return null;
  const retry =
    state.kind === "delayed"
      ? "The console is connected but sends nothing."
      : state.retryInMs === null || state.retryInMs < 1_000
        ? "Reconnecting…"
        : `Reconnecting… retry in ${age(state.retryInMs)}`;
  return (
    <div
      data-testid="stale-banner"
      className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 py-1 text-13 md:px-6"
    >
      <span aria-hidden="true" className="hatch h-4 w-6 rounded-control" />
      <Shape tone="crit" />
      <span>
        Data from <strong className="font-medium">{clock(state.dataAtMs, zone)}</strong> ({age(state.ageMs)}{" "}
        old). {state.session === "unknown" && "You are signed in again as soon as Postgres answers. "}
        {retry}
      </span>
      {state.kind === "lost" && (
        <Button size="small" className="ml-auto" onClick={() => store.retryNow()}>
          Retry now
        </Button>
      )}
    </div>
  );
}
