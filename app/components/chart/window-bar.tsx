"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { useKey } from "../../shell/keys.ts";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";
import { cn } from "../classes.ts";
import { bounds, shifted, windowAfter, windowDefault, windowNames } from "./range.ts";
import { useRange } from "./use-range.ts";

/** Of which time the charts under it are. A part of one is chosen in the chart itself, by dragging. */
export function WindowBar() {
  const t = useWords("charts");
  const { range, setWindow, setSpan } = useRange();
  useKey("w", () => setWindow(range.kind === "window" ? windowAfter(range.window) : windowDefault));
  const move = (way: -1 | 1) => {
    const nowMs = Date.now();
    const next = shifted(range, way, nowMs);
    setSpan(next.fromMs, next.toMs);
  };
  const ends = range.kind === "span" && bounds(range, 0).toMs > 0;
  return (
    <fieldset className="flex flex-wrap items-center gap-1 border-0">
      <legend className="sr-only">{t("window.label")}</legend>
      <Button
        kind="quiet"
        size="icon"
        className="size-7"
        aria-label={t("window.earlier")}
        title={t("window.earlier")}
        onClick={() => move(-1)}
      >
        <ChevronLeft aria-hidden="true" />
      </Button>
      <div className="flex rounded-control border border-control/60">
        {windowNames.map((window) => {
          const chosen = range.kind === "window" && range.window === window;
          return (
            <button
              key={window}
              type="button"
              aria-pressed={chosen}
              onClick={() => setWindow(window)}
              className={cn(
                "h-7 min-w-9 border-l border-control/60 px-2 text-12 first:border-l-0 pointer-coarse:h-11 pointer-coarse:min-w-11",
                chosen ? "bg-text/8 font-medium text-text" : "text-muted hover:bg-text/6 hover:text-text",
              )}
            >
              {t(`window.${window}`)}
            </button>
          );
        })}
      </div>
      <Button
        kind="quiet"
        size="icon"
        className="size-7"
        disabled={!ends}
        aria-label={t("window.later")}
        title={t("window.later")}
        onClick={() => move(1)}
      >
        <ChevronRight aria-hidden="true" />
      </Button>
    </fieldset>
  );
}
