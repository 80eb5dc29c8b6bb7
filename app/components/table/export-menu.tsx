"use client";

import { Download } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { memo } from "react";
import { base } from "../../base.ts";
import { useWords } from "../../words/index.ts";
import { Button } from "../button.tsx";

/** All rows that match, as a file: not only those in sight. */
export const ExportMenu = memo(function ExportMenu({
  path,
  query,
  name,
}: {
  /** Of the API. */
  path: string;
  /** As `windowQuery` writes it. */
  query: string;
  /** The file's, without its end. */
  name: string;
}) {
  const t = useWords("tables");
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button size="small">
          <Download aria-hidden="true" />
          {t("export")}
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-50 min-w-36 rounded-card bg-raised p-1 text-13 shadow-float"
        >
          {["csv", "ndjson"].map((format) => (
            <DropdownMenu.Item key={format} asChild>
              <a
                href={`${base}${path}${query}${query === "" ? "?" : "&"}format=${format}`}
                download={`${name}.${format}`}
                className="flex h-8 items-center rounded-control px-2.5 outline-none data-highlighted:bg-text/6 pointer-coarse:h-11"
              >
                {format.toUpperCase()}
              </a>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
});
