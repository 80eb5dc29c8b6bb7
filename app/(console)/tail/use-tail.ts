import { useEffect, useRef, useState } from "react";
import { rooms } from "../../../server/console/contract/index.ts";
import { useLive } from "../../live/provider.tsx";
import { emptyTail, foldTail, type TailBuffer } from "../../live/tail-buffer.ts";

/** Copies of a topic's messages. While held, what arrives is kept and shown afterwards. */
export function useTail(topic: string, held: boolean): { shown: TailBuffer; waiting: number } {
  const { store } = useLive();
  const [buffer, setBuffer] = useState(emptyTail);
  const [frozen, setFrozen] = useState<TailBuffer | null>(null);
  const latest = useRef(emptyTail);

  useEffect(() => {
    latest.current = emptyTail;
    setBuffer(emptyTail);
    if (topic === "") return;
    return store.tail(rooms.tail(topic), (batch) => {
      latest.current = foldTail(latest.current, batch);
      setBuffer(latest.current);
    });
  }, [store, topic]);

  useEffect(() => setFrozen(held ? latest.current : null), [held]);

  const shown = frozen ?? buffer;
  return { shown, waiting: buffer.received - shown.received };
}
