import { useCallback, useEffect, useRef, useState } from "react";
import type { Gap } from "../../../client/browser/index.ts";

export type Fate = "finished" | "requeued" | "touched" | "not-in-flight" | "unknown" | "lost" | "late";

/** What became of a message, or of the delivery. */
export type Happening =
  | {
      readonly kind: Fate;
      readonly id: string;
      /** Of a message that is finished by itself, the beginning of it. */
      readonly text?: string;
      readonly delayMs?: number;
    }
  | { readonly kind: "gap"; readonly gap: Gap; readonly text?: never }
  | {
      readonly kind: "rdy";
      readonly rdy: number;
      readonly why: "slow" | "throttled" | "free";
      readonly text?: never;
    };

export type Noted = Happening & { readonly key: number; readonly atMs: number };

const keptMax = 100;
/** Many at once are told together. */
const gatherMs = 100;

/** The last of them, newest first. */
export function useHappenings(): { happened: readonly Noted[]; note: (happening: Happening) => void } {
  const [happened, setHappened] = useState<readonly Noted[]>([]);
  const waiting = useRef<Noted[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const next = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);

  const note = useCallback((happening: Happening) => {
    waiting.current.unshift({ ...happening, key: next.current++, atMs: Date.now() });
    waiting.current.length = Math.min(waiting.current.length, keptMax);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const told = waiting.current.splice(0);
      setHappened((before) => [...told, ...before].slice(0, keptMax));
    }, gatherMs);
  }, []);
  return { happened, note };
}
