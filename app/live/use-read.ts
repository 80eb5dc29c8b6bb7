"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { ApiFailure } from "../../server/console/contract/index.ts";
import { get } from "./post.ts";
import { useConnection } from "./use-now.ts";

export interface Read<T> {
  /** The last answer; null: none yet. */
  readonly value: T | null;
  /** Why the last time brought none; null: it did. What was read before is kept beside it. */
  readonly failure: ApiFailure | null;
  readonly again: () => void;
}

/**
 * What is asked for rather than followed, while it is looked at: again `everyMs` after each answer, not while the
 * page is held, hidden or without its line. `everyMs` null: once, and by `again`.
 */
export function useRead<T>(path: string, everyMs: number | null): Read<T> {
  const [state, setState] = useState<{ path: string; value: T | null; failure: ApiFailure | null }>({
    path,
    value: null,
    failure: null,
  });
  const { kind, session } = useConnection();
  const held = kind === "paused" || kind === "lost" || session === "over";
  const latest = useRef(0);
  const ask = useCallback(async () => {
    const turn = ++latest.current;
    const answer = await get<T>(path);
    if (turn !== latest.current) return;
    setState((before) => ({
      path,
      value: answer.ok ? answer.value : before.path === path ? before.value : null,
      failure: answer.ok ? null : answer.failure,
    }));
  }, [path]);

  const isAsked = useRef<string | null>(null);
  useEffect(() => {
    if (held && isAsked.current === path) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const go = async () => {
      if (!document.hidden) await ask();
      if (!over && everyMs !== null) timer = setTimeout(() => void go(), everyMs);
    };
    isAsked.current = path;
    void go();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [ask, everyMs, held, path]);

  const fresh = state.path === path ? state : { value: null, failure: null };
  return { value: fresh.value, failure: fresh.failure, again: () => void ask() };
}
