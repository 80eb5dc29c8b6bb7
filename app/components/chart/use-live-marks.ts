import { useMemo, useState } from "react";
import type {
  HistoryMark,
  HistoryObject,
  LastAction,
  Series,
} from "../../../server/console/contract/index.ts";
import { liveMarks } from "./live-marks.ts";

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
  const acts = useActs(object, lastAction);
  return useMemo(() => (series === null ? null : liveMarks(object, series, acts)), [object, series, acts]);
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
