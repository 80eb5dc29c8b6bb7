"use client";

import { useTheme } from "next-themes";
import { useAwake } from "../live/use-awake.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** What was chosen, which only the browser knows: `system` until it has taken over. */
export function useThemeChoice(): { theme: Theme; choose: (theme: Theme) => void } {
  const { theme, setTheme } = useTheme();
  const awake = useAwake();
  return { theme: awake && (theme === "light" || theme === "dark") ? theme : "system", choose: setTheme };
}
