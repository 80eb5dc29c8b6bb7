"use client";

import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { useAwake } from "../live/use-awake.ts";
import type { Zone } from "../live/zone.ts";
import { setCookie } from "./cookie.ts";
import { type Preferences, preferencesCookie, writePreferences } from "./preferences.ts";

interface Held {
  readonly preferences: Preferences;
  readonly prefer: (chosen: Partial<Preferences>) => void;
}

const Context = createContext<Held | null>(null);

export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial);
  const prefer = useCallback(
    (chosen: Partial<Preferences>) =>
      setPreferences((before) => {
        const next = { ...before, ...chosen };
        setCookie(preferencesCookie, writePreferences(next));
        Object.assign(document.documentElement.dataset, { rail: next.rail, density: next.density });
        return next;
      }),
    [],
  );
  return <Context.Provider value={{ preferences, prefer }}>{children}</Context.Provider>;
}

export function usePreferences(): Held {
  const held = useContext(Context);
  if (held === null) throw new Error("usePreferences needs a PreferencesProvider above it");
  return held;
}

/** How to write a time of day: what the server renders is UTC, which does not depend on the browser's place. */
export function useZone(): Zone {
  const { zone } = usePreferences().preferences;
  return useAwake() ? zone : "utc";
}
