"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../../components/classes.ts";
import { paths } from "../../paths.ts";
import { settingsSections } from "../../shell/places.ts";
import { useWords } from "../../words/index.ts";

/** Beside the page, or a row above it where that is narrow. */
export function SettingsNav() {
  const t = useWords("settings");
  const pathname = usePathname();
  return (
    <nav
      aria-label={t("title")}
      className="-mx-1 flex gap-1 overflow-x-auto p-1 lg:sticky lg:top-18 lg:w-44 lg:shrink-0 lg:flex-col lg:self-start"
    >
      {settingsSections.map((id) => {
        const href = paths.settings(id);
        const here = pathname === href;
        return (
          <Link
            key={id}
            href={href}
            aria-current={here ? "page" : undefined}
            className={cn(
              "flex h-8 shrink-0 items-center rounded-control px-2.5 text-13 text-muted hover:text-text pointer-coarse:h-11",
              here && "bg-text/8 font-medium text-text",
            )}
          >
            {t(`section.${id}`)}
          </Link>
        );
      })}
    </nav>
  );
}
