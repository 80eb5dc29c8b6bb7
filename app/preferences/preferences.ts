/**
 * What each browser keeps for itself about how it is shown. In a cookie that pages may read, so that the
 * server draws a page at once as it will stay: nothing moves when the browser takes over.
 */
import { isZoneName, type Zone } from "../live/zone.ts";

export interface Preferences {
  /** How times of day are written. */
  readonly zone: Zone;
  /** Rows of 36 or of 28 px. */
  readonly density: "normal" | "compact";
  /** The rail on wide screens: with words, or icons alone. */
  readonly rail: "wide" | "narrow";
  /** Single letters as shortcuts (WCAG 2.1.4). */
  readonly keys: "on" | "off";
}

export const preferencesCookie = "weir-preferences";

/** What may be chosen, beside the names of zones; the first is what is without a choice. */
export const choices: { readonly [Name in keyof Preferences]: readonly Preferences[Name][] } = {
  zone: ["local", "utc"],
  density: ["normal", "compact"],
  rail: ["wide", "narrow"],
  keys: ["on", "off"],
};

export const standard: Preferences = { zone: "local", density: "normal", rail: "wide", keys: "on" };

/** `zone.utc_rail.narrow`: only what differs from the standard. Names of zones have `~` for their `_`. */
export function writePreferences(preferences: Preferences): string {
  return Object.entries(preferences)
    .filter(([name, value]) => standard[name as keyof Preferences] !== value)
    .map(([name, value]) => `${name}.${value.replaceAll("_", "~")}`)
    .join("_");
}

/** Whatever a cookie says that is no choice is left out. */
export function readPreferences(cookie: string | undefined): Preferences {
  const said = new Map(
    (cookie ?? "")
      .slice(0, 200)
      .split("_")
      .map((pair) => pair.split(".", 2) as [string, string | undefined]),
  );
  const zone = said.get("zone")?.replaceAll("~", "_") ?? "";
  const chosen = Object.entries(choices).flatMap(([name, values]) => {
    const value = said.get(name);
    return (values as readonly (string | undefined)[]).includes(value) ? [[name, value]] : [];
  });
  return { ...standard, ...Object.fromEntries(chosen), ...(isZoneName(zone) && { zone }) };
}
