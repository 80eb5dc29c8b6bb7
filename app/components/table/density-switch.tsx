"use client";

import { Rows3, Rows4 } from "lucide-react";
import { usePreferences } from "../../preferences/provider.tsx";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";

/** Rows of 36 or of 28 px, on every page. */
export function DensitySwitch() {
  const t = useWords("tables");
  const { preferences, prefer } = usePreferences();
  const compact = preferences.density === "compact";
  const Icon = compact ? Rows4 : Rows3;
  return (
    <Button
      size="small"
      aria-pressed={compact}
      aria-label={t("compact")}
      title={t("compact")}
      onClick={() => prefer({ density: compact ? "normal" : "compact" })}
    >
      <Icon aria-hidden="true" />
    </Button>
  );
}
