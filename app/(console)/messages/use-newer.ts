import { useEffect, useRef, useState } from "react";
import {
  apiPaths,
  type EventsPage,
  type EventsQuery,
  eventsPerPage,
} from "../../../server/console/contract/index.ts";
import { get } from "../../live/post.ts";
import { useLive } from "../../live/provider.tsx";
import { newerFrom, newerOf } from "./newer.ts";
import type { Events } from "./use-events.ts";

const everyMs = 5_000;
/** A look that took long is not soon followed by another. */
const restTimes = 20;
/** After so long a page that is left open stops asking: an hour. */
const asksMax = 720;

export interface Newer {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
}

const none: Newer = { count: 0, isMore: false };

/**
 * How many events have come since. They are counted while somebody looks and shown when asked for, so that no row
 * moves by itself; only a page without any fills by itself. `query` null: it has an end that lies behind us.
 */
export function useNewer(query: EventsQuery | null, { found, busy, again }: Events): Newer {
  const { store } = useLive();
  const [newer, setNewer] = useState(none);
  const asks = useRef(0);
  const text = query === null ? null : new URLSearchParams({ ...query }).toString();

  useEffect(() => {
    setNewer(none);
    if (text === null || found === null || busy) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const { events, first, last } = found;
    const look = async () => {
      let tookMs = 0;
      if (!document.hidden && store.connection().pausedAtMs === null) {
        asks.current++;
        const asked = new URLSearchParams(text);
        asked.set("from", String(newerFrom(events, first.fromMs)));
        const begunMs = performance.now();
        const answer = await get<EventsPage>(`${apiPaths.events}?${asked}`);
        if (gone) return;
        tookMs = performance.now() - begunMs;
        if (answer.ok) {
          const page = answer.value;
          const count = newerOf(events, page.events, last.next === null);
          if (events.length === 0 && count > 0) again();
          else setNewer({ count, isMore: count > 0 && page.events.length >= eventsPerPage });
        }
      }
      if (asks.current < asksMax)
        timer = setTimeout(() => void look(), Math.max(everyMs, tookMs * restTimes));
    };
    timer = setTimeout(() => void look(), everyMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [store, text, found, busy, again]);

  return newer;
}
