import { useEffect, useMemo, useRef, useState } from "react";
import { holdOrder } from "../../live/order.ts";

/** Rows change places at most this often, even when nobody points at them. */
const resortMs = 5_000;

/**
 * Keeps rows where they are while `held`, and otherwise lets them move every five seconds.
 * @param reason what the order depends on besides the figures (sorting, filter): a change of it sorts at once
 */
export function useHeldOrder(sorted: readonly string[], held: boolean, reason: string) {
  const [shown, setShown] = useState({ keys: sorted, reason, atMs: 0 });
  const latest = useRef(sorted);
  const fresh = shown.reason !== reason;
  const { keys, moved } = useMemo(
    () => (fresh ? { keys: sorted, moved: 0 } : holdOrder(shown.keys, sorted)),
    [fresh, sorted, shown],
  );
  if (fresh) setShown({ keys: sorted, reason, atMs: Date.now() });

  useEffect(() => {
    latest.current = sorted;
  }, [sorted]);
  const resort = () => setShown({ keys: latest.current, reason, atMs: Date.now() });

  const pending = moved > 0;
  useEffect(() => {
    if (held || !pending) return;
    const timer = setTimeout(
      () => setShown({ keys: latest.current, reason, atMs: Date.now() }),
      Math.max(0, shown.atMs + resortMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [held, pending, shown, reason]);

  return { keys, moved, resort };
}
