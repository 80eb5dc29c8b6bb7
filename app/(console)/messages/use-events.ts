import { useCallback, useEffect, useRef, useState } from "react";
import {
  type ApiFailure,
  apiPaths,
  type BodiesLooked,
  type EventRow,
  type EventsPage,
  type EventsQuery,
} from "../../../server/console/contract/index.ts";
import { get } from "../../live/post.ts";

/** Beyond it the page holds no more: a narrower question finds it sooner. */
export const rowsMax = 2_000;

export interface Found {
  /** Newest first, over all pages so far. */
  readonly events: readonly EventRow[];
  /** The first page, with what it says of the whole. */
  readonly first: EventsPage;
  readonly last: EventsPage;
  readonly looked: number;
  readonly lost: number;
  /** null: bodies were not asked for. */
  readonly bodies: BodiesLooked | null;
}

export interface Events {
  readonly found: Found | null;
  readonly failure: ApiFailure | null;
  readonly busy: boolean;
  readonly more: () => void;
  readonly again: () => void;
}

/** Asks when the question changes (`null`: it is not one yet), and for more when told to. */
export function useEvents(query: EventsQuery | null): Events {
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const [busy, setBusy] = useState(query !== null);
  const asking = useRef(0);
  const text = query === null ? null : new URLSearchParams({ ...query }).toString();

  const ask = useCallback(
    async (cursor: string | null) => {
      if (text === null) return;
      const turn = ++asking.current;
      setBusy(true);
      const path = `${apiPaths.events}?${text}${cursor === null ? "" : `&cursor=${cursor}`}`;
      const answer = await get<EventsPage>(path);
      if (asking.current !== turn) return;
      setBusy(false);
      setFailure(answer.ok ? null : answer.failure);
      if (answer.ok) setFound((before) => joined(cursor === null ? null : before, answer.value));
    },
    [text],
  );

  useEffect(() => {
    setFailure(null);
    if (text === null) setBusy(false);
    else void ask(null);
    return () => {
      asking.current++;
    };
  }, [ask, text]);

  const next = found?.last.next ?? null;
  return {
    ...{ found, failure, busy },
    more: useCallback(() => (next === null ? undefined : void ask(next)), [ask, next]),
    again: useCallback(() => void ask(null), [ask]),
  };
}

function joined(before: Found | null, page: EventsPage): Found {
  if (before === null)
    return {
      ...{ events: page.events, first: page, last: page, looked: page.looked, lost: page.lost },
      bodies: page.bodies,
    };
  return {
    events: [...before.events, ...page.events].slice(0, rowsMax),
    first: before.first,
    last: page,
    looked: before.looked + page.looked,
    lost: before.lost + page.lost,
    bodies: before.bodies && page.bodies && sumOf(before.bodies, page.bodies),
  };
}

function sumOf(one: BodiesLooked, other: BodiesLooked): BodiesLooked {
  return {
    looked: one.looked + other.looked,
    gone: one.gone + other.gone,
    unlooked: one.unlooked + other.unlooked,
  };
}
