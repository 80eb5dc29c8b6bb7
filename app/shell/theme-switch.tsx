"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { Button } from "../components/button.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { useWords } from "../words/index.ts";
import { themes, useThemeChoice } from "./use-theme-choice.ts";

const icons = { system: Monitor, light: Sun, dark: Moon };

export function ThemeSwitch() {
  const t = useWords("shell");
  const { theme, choose } = useThemeChoice();
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
  const Icon = icons[theme];
  const words = { theme: t(`theme.${theme}`), next: t(`theme.${next}`) };
  return (
    <Tooltip text={t("theme.hint", words)}>
      <Button
        kind="quiet"
        size="icon"
        className="max-sm:hidden"
        aria-label={t("theme.label", words)}
        onClick={() => choose(next)}
      >
        <Icon aria-hidden="true" />
      </Button>
    </Tooltip>
  );
}
