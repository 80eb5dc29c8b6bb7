"use client";

import { Activity, Boxes, Compass, Gauge, type LucideIcon, Network, Route, Send, Server } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "../components/classes.ts";
import { paths } from "../paths.ts";
import { Mark } from "./mark.tsx";

interface Place {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Not on a phone, whose bar has no room for it. */
  readonly isForWide?: true;
}

const groups: readonly { readonly title: string | null; readonly places: readonly Place[] }[] = [
  {
    title: null,
    places: [
      { href: paths.overview, label: "Overview", icon: Gauge },
      { href: paths.topics, label: "Topics", icon: Boxes },
      { href: paths.nodes, label: "Nodes", icon: Server },
      { href: paths.cluster, label: "Cluster", icon: Network },
      { href: paths.lookup, label: "Lookup", icon: Compass, isForWide: true },
    ],
  },
  {
    title: "Messages",
    places: [
      { href: paths.messages, label: "Trace", icon: Route },
      { href: paths.tail(), label: "Tail", icon: Activity },
      { href: paths.publish(), label: "Publish", icon: Send },
    ],
  },
];

/** Beside the page on wide screens, icons on narrower ones, a bar at the foot of a phone. */
export function Rail() {
  const pathname = usePathname();
  const here = (href: string) => (href === "/" ? pathname === "/" : pathname.startsWith(href));
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-40 flex border-t border-line bg-surface md:sticky md:inset-x-auto md:top-0 md:h-dvh md:w-14 md:flex-col md:border-t-0 md:border-r xl:w-54"
    >
      <Link
        href={paths.overview}
        className="hidden h-12 items-center gap-2.5 px-4 text-14 font-semibold md:flex"
        aria-label="Weir, overview"
      >
        <Mark className="size-6 shrink-0" />
        <span className="hidden xl:inline">Weir</span>
      </Link>
      {groups.map((group) => (
        <div key={group.title} className="flex flex-1 md:mt-2 md:flex-none md:flex-col md:gap-0.5 md:px-2">
          {group.title !== null && (
            <p className="mt-3 mb-1 hidden px-2 text-11 font-medium text-muted xl:block">{group.title}</p>
          )}
          {group.places.map(({ href, label, icon: Icon, isForWide }) => (
            <Link
              key={href}
              href={href}
              aria-current={here(href) ? "page" : undefined}
              title={label}
              className={cn(
                "flex flex-1 flex-col items-center gap-0.5 rounded-control px-1 py-2 text-11 text-muted transition-colors duration-120 hover:text-text md:size-10 md:flex-none md:justify-center md:p-0 xl:h-8 xl:w-auto xl:flex-row xl:justify-start xl:gap-2.5 xl:px-2 xl:text-13",
                here(href) && "font-medium text-text md:bg-text/8",
                isForWide && "max-md:hidden",
              )}
            >
              <Icon aria-hidden="true" className={cn("size-4 shrink-0", here(href) && "text-accent")} />
              <span className="md:sr-only xl:not-sr-only">{label}</span>
            </Link>
          ))}
        </div>
      ))}
    </nav>
  );
}
