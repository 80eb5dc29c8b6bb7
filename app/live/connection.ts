import { delayedAfterMs, staleAfterMs } from "../../server/console/contract/index.ts";

/** What the page knows of its own line to the console. Times are the browser's clock. */
export interface Connection {
  readonly phase: "connecting" | "open" | "lost";
  /** Since when it is in that phase. */
  readonly sinceMs: number;
  /** When the next attempt is due; null: none is planned. */
  readonly retryAtMs: number | null;
  /**
   * over: nothing arrives until somebody signs in again. unknown: a console that has only just started
   * cannot tell yet whether it is good, and is asked again.
   */
  readonly session: "good" | "unknown" | "over";
  /** Wall clock of the console minus the browser's. */
  readonly offsetMs: number;
  /** The page stands still at somebody's wish since then. */
  readonly pausedAtMs: number | null;
  /** Updates that arrived since. */
  readonly heldUpdates: number;
}

/** Before anything was heard: also what every part of a page that is only now coming alive begins with. */
export const unopened: Connection = {
  phase: "connecting",
  sinceMs: 0,
  retryAtMs: null,
  session: "good",
  offsetMs: 0,
  pausedAtMs: null,
  heldUpdates: 0,
};

export type LiveState =
  | { readonly kind: "live" }
  | { readonly kind: "paused"; readonly forMs: number; readonly heldUpdates: number }
  | { readonly kind: "delayed"; readonly ageMs: number }
  | { readonly kind: "lost"; readonly retryInMs: number | null; readonly ageMs: number };

/**
 * The one state to show, from the line and the age of the newest data.
 * @param nowMs the browser's clock
 * @param dataAtMs the console's clock when the newest data was sent
 */
export function liveState(connection: Connection, nowMs: number, dataAtMs: number): LiveState {
  const ageMs = Math.max(0, nowMs + connection.offsetMs - dataAtMs);
  if (connection.phase === "lost") {
    const retryInMs = connection.retryAtMs === null ? null : Math.max(0, connection.retryAtMs - nowMs);
    return { kind: "lost", retryInMs, ageMs };
  }
  if (connection.pausedAtMs !== null) {
    return { kind: "paused", forMs: nowMs - connection.pausedAtMs, heldUpdates: connection.heldUpdates };
  }
  return ageMs > delayedAfterMs ? { kind: "delayed", ageMs } : { kind: "live" };
}

/** Whether numbers have to be shown as old ones, and writes be closed. */
export function isStale(state: LiveState): boolean {
  return state.kind === "lost" || (state.kind === "delayed" && state.ageMs > staleAfterMs);
}

export const retryMinMs = 500;
export const retryMaxMs = 10_000;

/**
 * Doubles from half a second to ten, each time between half of that and all of it: after a restart of
 * the console its browsers must not come back in one wave.
 * @param attempt 0 for the first
 * @param random 0 to 1
 */
export function retryDelayMs(attempt: number, random: number): number {
  const full = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
