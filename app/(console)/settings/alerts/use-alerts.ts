"use client";

import { useCallback, useEffect, useState } from "react";
import { toast } from "sonner";
import { type AlertsView, apiPaths } from "../../../../server/console/contract/index.ts";
import { get, post } from "../../../live/post.ts";
import { useLine } from "../../../live/use-now.ts";
import { useFailureWords } from "../../../words/use-failure.ts";

const everyMs = 5_000;

/** What there is of alerts, asked again every few seconds while somebody looks. */
export function useAlerts(rendered: AlertsView) {
  const [view, setView] = useState(rendered);
  const held = useLine().pausedAtMs !== null;
  const failureWords = useFailureWords();
  const refresh = useCallback(async () => {
    const answer = await get<AlertsView>(apiPaths.alerts);
    if (answer.ok) setView(answer.value);
  }, []);
  useEffect(() => {
    if (held) return;
    const timer = setInterval(() => {
      if (!document.hidden) void refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [held, refresh]);
  /** What came back, or null: it was refused, and said why. */
  const act = useCallback(
    async <T = true>(path: string, body: object): Promise<T | null> => {
      const answer = await post<T>(path, body);
      if (!answer.ok) {
        toast.error(failureWords(answer.failure));
        return null;
      }
      await refresh();
      return answer.value ?? (true as T);
    },
    [refresh, failureWords],
  );
  return { view, act };
}

export type Act = ReturnType<typeof useAlerts>["act"];
