"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { Button } from "../components/button.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { useAwake } from "../live/use-now.ts";

const order = ["system", "light", "dark"] as const;
const icons = { system: Monitor, light: Sun, dark: Moon };

export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  const awake = useAwake();
  const current = awake && (theme === "light" || theme === "dark") ? theme : "system";
  const next = order[(order.indexOf(current) + 1) % order.length] ?? "system";
  const Icon = icons[current];
  return (
    <Tooltip text={`Theme: ${current}. Click for ${next}.`}>
      <Button
        kind="quiet"
        size="icon"
        aria-label={`Theme: ${current}. Change to ${next}`}
        onClick={() => setTheme(next)}
      >
        <Icon aria-hidden="true" />
      </Button>
    </Tooltip>
  );
}
