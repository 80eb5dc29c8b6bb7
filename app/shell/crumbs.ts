import { nameOf, paths } from "../paths.ts";
import { allPlaces, type Place, type SettingsSection, sectionOf, settingsSections } from "./places.ts";

export interface Crumb {
  /** A place has words of its own in each language; anything below it is a name. */
  readonly label:
    | { readonly place: Place["id"] | "design" }
    | { readonly section: SettingsSection }
    | { readonly name: string };
  readonly href: string;
}

/** Where a page stands, outermost first. */
export function crumbs(pathname: string): readonly Crumb[] {
  const [section = "", name, , channel] = pathname.split("/").filter(Boolean).map(nameOf);
  const place = allPlaces.find(({ href }) => sectionOf(href) === section);
  if (section === "design") return [{ label: { place: "design" }, href: paths.design }];
  if (place === undefined) return [{ label: { place: "overview" }, href: paths.overview }];
  const first: Crumb = { label: { place: place.id }, href: place.href };
  if (name === undefined) return [first];
  if (section === "settings") {
    const page = settingsSections.find((known) => known === name);
    return page === undefined ? [first] : [first, { label: { section: page }, href: paths.settings(page) }];
  }
  const href = section === "topics" ? paths.topic(name) : `${place.href}/${encodeURIComponent(name)}`;
  const trail = [first, { label: { name }, href }];
  return channel === undefined
    ? trail
    : [...trail, { label: { name: channel }, href: paths.channel(name, channel) }];
}

/** One level up; null: there is none. The settings' pages stand beside each other. */
export function above(pathname: string): string | null {
  if (sectionOf(pathname) === "settings") return null;
  return crumbs(pathname).at(-2)?.href ?? null;
}
