import { useEffect, useMemo, useRef, useState } from "react";
import type { Tail, TailBatch, TailSpec } from "../../../client/browser/index.ts";
import type { ApiFailure } from "../../../server/console/contract/index.ts";
import { pageTail } from "../../live/page-tail.ts";
import { useLive } from "../../live/provider.tsx";
import { emptyTail, foldTail, type TailBuffer } from "../../live/tail-buffer.ts";
import { useForgotten } from "../../live/use-forgotten.ts";

/** What a tail says. While held, what arrives is kept and shown afterwards. `asked` null: nothing is listened to. */
export function useTail(
  asked: TailSpec | null,
  held: boolean,
): { shown: TailBuffer; waiting: number; refused: ApiFailure | null } {
  const { session } = useLive();
  const isForgotten = useForgotten();
  const [buffer, setBuffer] = useState(emptyTail);
  const [frozen, setFrozen] = useState<TailBuffer | null>(null);
  const [refused, setRefused] = useState<ApiFailure | null>(null);
  const latest = useRef(emptyTail);
  const tail = useRef<Tail | null>(null);
  const key = JSON.stringify(asked);
  const spec = useMemo(() => JSON.parse(key) as TailSpec | null, [key]);
  const now = useRef(spec);
  now.current = spec;

  // A connection is for a topic, and for copies or for outcomes; what else changes is asked for over the same one.
  const place = spec === null || isForgotten ? null : `${spec.topic} ${spec.outcome ? "outcomes" : "copies"}`;
  useEffect(() => {
    if (place === null || now.current === null) return;
    const take = (batch: TailBatch) => {
      latest.current = foldTail(latest.current, batch);
      setBuffer(latest.current);
    };
    const opened = pageTail(now.current, session, take, setRefused);
    tail.current = opened;
    return () => {
      tail.current = null;
      opened.close();
    };
  }, [place, session]);

  useEffect(() => {
    latest.current = emptyTail;
    setBuffer(emptyTail);
    setFrozen((before) => before && emptyTail);
    setRefused(null);
    if (spec !== null) tail.current?.change(spec);
  }, [spec]);

  useEffect(() => setFrozen(held ? latest.current : null), [held]);

  const shown = frozen ?? buffer;
  return { shown, waiting: buffer.received - shown.received, refused };
}
