"use client";

import { Ellipsis, PanelLeftClose, PanelLeftOpen } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../components/classes.ts";
import { Menu, MenuItem } from "../components/menu.tsx";
import { paths } from "../paths.ts";
import { usePreferences } from "../preferences/provider.tsx";
import { useWords } from "../words/index.ts";
import { Mark } from "./mark.tsx";
import { allPlaces, isHere, type Place, places } from "./places.ts";

const entry =
  "flex flex-1 flex-col items-center gap-0.5 rounded-control px-1 py-2 text-11 text-muted transition-colors duration-120 hover:text-text md:size-10 md:flex-none md:justify-center md:p-0 wide:h-8 wide:w-auto wide:flex-row wide:justify-start wide:gap-2.5 wide:px-2 wide:text-13";

/** Beside the page on wide screens, icons on narrower ones or by choice, a bar at the foot of a phone. */
export function Rail() {
  const t = useWords("shell");
  return (
    <nav
      aria-label={t("main")}
      className="fixed inset-x-0 bottom-0 z-40 flex border-t border-line bg-surface pb-safe md:sticky md:inset-x-auto md:top-0 md:h-dvh md:w-14 md:flex-col md:border-t-0 md:border-r md:pb-2 wide:w-54"
    >
      <Link
        href={paths.overview}
        className="hidden h-12 items-center gap-2.5 px-4 text-14 font-semibold md:flex"
        aria-label={t("home")}
      >
        <Mark className="size-6 shrink-0" />
        <span className="hidden wide:inline">Weir</span>
      </Link>
      <Group of={places.main} />
      <Group of={places.messages} title={t("group.messages")} />
      <div className="max-md:hidden md:flex-1" />
      <Group of={places.foot} />
      <Width />
      <More />
    </nav>
  );
}

function Group({ of, title }: { of: readonly Place[]; title?: string }) {
  const t = useWords("shell");
  const pathname = usePathname();
  return (
    <div className="contents md:mt-2 md:flex md:flex-none md:flex-col md:gap-0.5 md:px-2">
      {title !== undefined && (
        <p className="mt-3 mb-1 hidden px-2 text-11 font-medium text-muted wide:block">{title}</p>
      )}
      {of.map((place) => {
        const { id, href, icon: Icon, isForPhone } = place;
        const here = isHere(place, pathname);
        const label = t(`place.${id}`);
        return (
          <Link
            key={id}
            href={href}
            aria-current={here ? "page" : undefined}
            title={label}
            className={cn(
              entry,
              here && "font-medium text-text md:bg-text/8",
              !isForPhone && "max-md:hidden",
            )}
          >
            <Icon aria-hidden="true" className={cn("size-4 shrink-0", here && "text-accent")} />
            <span className="md:sr-only wide:not-sr-only">{label}</span>
          </Link>
        );
      })}
    </div>
  );
}

/** Only where there is room for both. */
function Width() {
  const t = useWords("shell");
  const { preferences, prefer } = usePreferences();
  const wide = preferences.rail === "wide";
  const Icon = wide ? PanelLeftClose : PanelLeftOpen;
  const label = wide ? t("rail.narrow") : t("rail.wide");
  return (
    <div className="mt-0.5 hidden px-2 xl:block">
      <button
        type="button"
        aria-label={label}
        title={label}
        onClick={() => prefer({ rail: wide ? "narrow" : "wide" })}
        className={cn(entry, "w-10 wide:w-full")}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0" />
      </button>
    </div>
  );
}

/** What the phone's bar has no room for. */
function More() {
  const t = useWords("shell");
  const pathname = usePathname();
  const rest = allPlaces.filter(({ isForPhone }) => !isForPhone);
  const here = rest.some((place) => isHere(place, pathname));
  return (
    <div className="contents md:hidden">
      <Menu
        label={t("more")}
        side="top"
        button={
          <button type="button" className={cn(entry, "md:hidden", here && "font-medium text-text")}>
            <Ellipsis aria-hidden="true" className={cn("size-4 shrink-0", here && "text-accent")} />
            {t("more")}
          </button>
        }
      >
        {rest.map(({ id, href, icon: Icon }) => (
          <MenuItem key={id} asChild>
            <Link href={href}>
              <Icon aria-hidden="true" />
              {t(`place.${id}`)}
            </Link>
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}
