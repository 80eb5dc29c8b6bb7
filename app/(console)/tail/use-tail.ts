import { useEffect, useRef, useState } from "react";
import type { ApiFailure, TailRoom } from "../../../server/console/contract/index.ts";
import { useLive } from "../../live/provider.tsx";
import { emptyTail, foldTail, type TailBuffer } from "../../live/tail-buffer.ts";

/** What a room of a tail says. While held, what arrives is kept and shown afterwards. `room` null: nothing is listened to. */
export function useTail(
  room: TailRoom | null,
  held: boolean,
): { shown: TailBuffer; waiting: number; refused: ApiFailure | null } {
  const { store } = useLive();
  const [buffer, setBuffer] = useState(emptyTail);
  const [frozen, setFrozen] = useState<TailBuffer | null>(null);
  const [refused, setRefused] = useState<ApiFailure | null>(null);
  const latest = useRef(emptyTail);

  useEffect(() => {
    latest.current = emptyTail;
    setBuffer(emptyTail);
    setFrozen((before) => before && emptyTail);
    setRefused(null);
    if (room === null) return;
    const take = (batch: Parameters<typeof foldTail>[1]) => {
      latest.current = foldTail(latest.current, batch);
      setBuffer(latest.current);
    };
    return store.tail(room, take, setRefused);
  }, [store, room]);

  useEffect(() => setFrozen(held ? latest.current : null), [held]);

  const shown = frozen ?? buffer;
  return { shown, waiting: buffer.received - shown.received, refused };
}
