"use client";

import { Search } from "lucide-react";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Tooltip } from "../components/tooltip.tsx";
import { useWords } from "../words/index.ts";
import { Key } from "./key.tsx";
import { useKey } from "./keys.ts";
import { PaletteDialog } from "./palette-dialog.tsx";

/** One place to go anywhere and to do anything: Ctrl K, ⌘K or its button. */
export function Palette() {
  const t = useWords("shell");
  const [open, setOpen] = useState(false);
  useKey("Mod+k", () => setOpen((before) => !before));
  return (
    <>
      <Tooltip text={`${t("palette.open")} (Ctrl K)`}>
        <Button
          kind="quiet"
          size="small"
          data-testid="palette"
          aria-label={t("palette.open")}
          onClick={() => setOpen(true)}
        >
          <Search aria-hidden="true" className="size-4!" />
          <span aria-hidden="true" className="inline-flex gap-0.5 max-lg:hidden">
            <Key>Ctrl</Key>
            <Key>K</Key>
          </span>
        </Button>
      </Tooltip>
      <PaletteDialog open={open} onOpenChange={setOpen} />
    </>
  );
}
