"use client";

import { useEffect, useSyncExternalStore } from "react";
import {
  type ApiFailure,
  apiPaths,
  type HistoryObject,
  type HistoryView,
  historyWindows,
} from "../../server/console/contract/index.ts";
import { bounds, type ChartRange } from "../components/chart/range.ts";
import { get } from "./post.ts";
import { useLine } from "./use-now.ts";

/** `view` stays what it was while a later one does not come. */
export interface HistoryState {
  readonly view: HistoryView | null;
  readonly failure: ApiFailure | null;
}

const none: HistoryState = { view: null, failure: null };
/** Charts of one page that show the same ask once; some are kept, for going back and forth. */
const keptMax = 20;
const states = new Map<string, HistoryState>();
const asking = new Map<string, number>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function load(key: string, path: string, freshMs: number): Promise<void> {
  const askedAtMs = Date.now();
  if (askedAtMs - (asking.get(key) ?? 0) < freshMs) return;
  asking.set(key, askedAtMs);
  const answer = await get<HistoryView>(path);
  const before = states.get(key) ?? none;
  states.delete(key);
  states.set(
    key,
    answer.ok ? { view: answer.value, failure: null } : { view: before.view, failure: answer.failure },
  );
  for (const oldest of states.keys()) {
    if (states.size <= keptMax) break;
    states.delete(oldest);
    asking.delete(oldest);
  }
  for (const tell of listeners) tell();
}

/** What is charted of an object beyond the last five minutes; asked again as often as there is a new step. */
export function useHistory(object: HistoryObject | null, range: ChartRange): HistoryState {
  const held = useLine().pausedAtMs !== null;
  const key = object === null ? null : `${object} ${JSON.stringify(range)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all there is of object and range
  useEffect(() => {
    if (object === null || key === null) return;
    const moves = range.kind === "window" || "agoMs" in range.to;
    const { fromMs, toMs } = bounds(range, Date.now());
    const stepMs =
      range.kind === "window" ? historyWindows[range.window].stepMs : Math.max(10_000, (toMs - fromMs) / 400);
    const everyMs = Math.min(Math.max(stepMs, 10_000), 60_000);
    const ask = () => {
      const now = bounds(range, Math.floor(Date.now() / 10_000) * 10_000);
      const asked = range.kind === "window" ? range.window : now;
      void load(key, apiPaths.history(object, asked), everyMs / 2);
    };
    if (!held || !states.has(key)) ask();
    if (held || !moves) return;
    const timer = setInterval(() => {
      if (!document.hidden) ask();
    }, everyMs);
    return () => clearInterval(timer);
  }, [key, held]);
  return useSyncExternalStore(
    subscribe,
    () => (key === null ? none : (states.get(key) ?? none)),
    () => none,
  );
}
