import { useMemo, useState } from "react";
import { messagesChosenMax } from "../../../server/console/contract/index.ts";

/** Rows that can be chosen at a time: as many as one request may name. */
export const chosenMax = messagesChosenMax;

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
  /** All of these, or, when they are chosen already, none of them. */
  readonly toggleAll: (keys: readonly string[]) => void;
  readonly clear: () => void;
}

/** Rows chosen by hand, by key; at most `chosenMax`. */
export function useSelection(): Selection {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      keys,
      toggle: (key) =>
        setKeys((before) => {
          const next = new Set(before);
          if (!next.delete(key) && next.size < chosenMax) next.add(key);
          return next;
        }),
      toggleAll: (all) =>
        setKeys((before) => {
          const next = new Set(before);
          if (all.every((key) => before.has(key))) for (const key of all) next.delete(key);
          else for (const key of all) if (next.size < chosenMax) next.add(key);
          return next;
        }),
      clear: () => setKeys(new Set()),
    }),
    [keys],
  );
}
