import {
  Activity,
  Boxes,
  Compass,
  Gauge,
  Inbox,
  ListChecks,
  type LucideIcon,
  Network,
  Route,
  ScrollText,
  Send,
  Server,
  Settings,
} from "lucide-react";
import { paths } from "../paths.ts";

export interface Place {
  /** Its words are `shell.place.<id>`. */
  readonly id:
    | "overview"
    | "topics"
    | "nodes"
    | "cluster"
    | "lookup"
    | "jobs"
    | "audit"
    | "messages"
    | "tail"
    | "publish"
    | "consume"
    | "settings";
  readonly href: string;
  readonly icon: LucideIcon;
  /** `g` and this letter lead there. */
  readonly letter?: string;
  /** On a phone it is in the bar at the foot; the others are behind "More". */
  readonly isForPhone?: true;
}

/** Where one can go from anywhere: the rail, the palette, the `g` keys and the breadcrumbs are made of it. */
export const places: { readonly [Group in "main" | "messages" | "foot"]: readonly Place[] } = {
  main: [
    { id: "overview", href: paths.overview, icon: Gauge, letter: "o", isForPhone: true },
    { id: "topics", href: paths.topics, icon: Boxes, letter: "t", isForPhone: true },
    { id: "nodes", href: paths.nodes, icon: Server, letter: "n" },
    { id: "cluster", href: paths.cluster, icon: Network, letter: "c", isForPhone: true },
    { id: "lookup", href: paths.lookup, icon: Compass, letter: "l" },
    { id: "jobs", href: paths.jobs, icon: ListChecks, letter: "j" },
    { id: "audit", href: paths.audit, icon: ScrollText, letter: "a" },
  ],
  messages: [
    { id: "messages", href: paths.messages, icon: Route, letter: "m" },
    { id: "tail", href: paths.tail(), icon: Activity },
    { id: "publish", href: paths.publish(), icon: Send },
    { id: "consume", href: paths.consume(), icon: Inbox },
  ],
  foot: [{ id: "settings", href: paths.settings("appearance"), icon: Settings, letter: "s" }],
};

export const allPlaces: readonly Place[] = Object.values(places).flat();

/** The first part of a place's address: `/settings/appearance` is in `settings`. */
export function sectionOf(href: string): string {
  return href.split(/[/?]/, 2)[1] ?? "";
}

export function isHere(place: Place, pathname: string): boolean {
  return sectionOf(place.href) === sectionOf(pathname);
}

/** The pages of the settings, in their order. The words of each are `settings.section.<id>`. */
export const settingsSections = [
  "auth",
  "users",
  "sessions",
  "tokens",
  "alerts",
  "retention",
  "appearance",
  "about",
] as const;
export type SettingsSection = (typeof settingsSections)[number];
