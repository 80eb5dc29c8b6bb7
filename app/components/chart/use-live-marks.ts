import { useMemo, useState } from "react";
import {
  consumerMarks,
  type HistoryMark,
  type HistoryObject,
  historyWindows,
  type LastAction,
  type Series,
} from "../../../server/console/contract/index.ts";

/** Acts that a page remembers while it is looked at. */
const actsMax = 20;

/**
 * What happened to a topic or a channel in the last five minutes, as far as the page was told: consumers that came or
 * went, what was last done to it before it was looked at, and all that was done since. null: it is neither of these.
 */
export function useLiveMarks(
  object: HistoryObject,
  series: Series | null,
  lastAction: LastAction | null,
): readonly HistoryMark[] | null {
  const isQueue = /^(topic|channel):/.test(object);
  const acts = useActs(object, lastAction);
  return useMemo(() => {
    if (series === null || !isQueue) return null;
    const place = series.metrics.indexOf("clients");
    const consumers = place < 0 ? [] : consumerMarks(series.points, place, series.stepMs);
    const fromMs = (series.points.at(-1)?.atMs ?? 0) - historyWindows["5m"].spanMs;
    const [topic, channel = null] = object.slice(object.indexOf(":") + 1).split("/");
    const done = acts
      .filter(({ atMs }) => atMs >= fromMs)
      .map(({ atMs, action, actor, result }): HistoryMark => {
        return { kind: "action", atMs, action, actor, topic: topic ?? null, channel, node: null, result };
      });
    return [...consumers, ...done].sort((one, other) => one.atMs - other.atMs);
  }, [object, isQueue, series, acts]);
}

function useActs(object: HistoryObject, last: LastAction | null): readonly LastAction[] {
  const [seen, setSeen] = useState<{ object: HistoryObject; acts: readonly LastAction[] }>({
    object,
    acts: [],
  });
  const acts = seen.object === object ? seen.acts : [];
  const isNew =
    last !== null && !acts.some(({ atMs, action }) => atMs === last.atMs && action === last.action);
  if (isNew || seen.object !== object)
    setSeen({ object, acts: isNew ? [...acts, last].slice(-actsMax) : acts });
  return acts;
}
