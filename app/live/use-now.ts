"use client";

import { useSyncExternalStore } from "react";
import { type Connection, isStale, type LiveState, liveState, unopened } from "./connection.ts";
import { useLive } from "./provider.tsx";
import { useStatus } from "./use-room.ts";

const listeners = new Set<() => void>();
let secondMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for every age on the page. */
function eachSecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    secondMs = Date.now();
    for (const tell of listeners) tell();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const browserSecond = () => {
  if (timer === undefined || secondMs === 0) secondMs = Date.now();
  return secondMs;
};

/** The browser's clock, by the second; until the page is alive, the time it was rendered at. */
function useBrowserNow(): number {
  const { status } = useLive();
  return useSyncExternalStore(eachSecond, browserSecond, () => status.atMs);
}

/** The line to the console as it is; while a part of the page comes alive, as it was when it was rendered. */
export function useLine(): Connection {
  const { store } = useLive();
  return useSyncExternalStore(store.subscribe, store.connection, () => unopened);
}

/** The console's clock, by the second: what ages are counted against. It stands still while the page is held. */
export function useNow(): number {
  const connection = useLine();
  const nowMs = useBrowserNow();
  return (connection.pausedAtMs ?? nowMs) + connection.offsetMs;
}

export function useConnection(): LiveState & {
  readonly stale: boolean;
  readonly session: Connection["session"];
  readonly dataAtMs: number;
} {
  const connection = useLine();
  const nowMs = useBrowserNow();
  const { atMs } = useStatus();
  const state = liveState(connection, nowMs, atMs);
  return { ...state, stale: isStale(state), session: connection.session, dataAtMs: atMs };
}
