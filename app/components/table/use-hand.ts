import { useEffect, useMemo, useRef, useState } from "react";

/** A hand that has left may only be on its way to the button above the table. */
const graceMs = 1_000;

export interface Hand {
  readonly held: boolean;
  readonly take: () => void;
  readonly leave: () => void;
}

/** Whether pointer or focus are in a table, or were a moment ago. */
export function useHand(): Hand {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const hand = useMemo(
    () => ({
      take: () => {
        clearTimeout(timer.current);
        setHeld(true);
      },
      leave: () => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setHeld(false), graceMs);
      },
    }),
    [],
  );
  return { held, ...hand };
}
