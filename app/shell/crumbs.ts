import { nameOf, paths } from "../paths.ts";
import { allPlaces, type Place, sectionOf } from "./places.ts";

export interface Crumb {
  /** A place has words of its own in each language; anything below it is a name. */
  readonly label: { readonly place: Place["id"] | "design" } | { readonly name: string };
  readonly href: string;
}

/** Pages of the settings have words, not names. */
const unnamed = new Set(["settings"]);

/** Where a page stands, outermost first. */
export function crumbs(pathname: string): readonly Crumb[] {
  const [section = "", name, , channel] = pathname.split("/").filter(Boolean).map(nameOf);
  const place = allPlaces.find(({ href }) => sectionOf(href) === section);
  if (section === "design") return [{ label: { place: "design" }, href: paths.design }];
  if (place === undefined) return [{ label: { place: "overview" }, href: paths.overview }];
  const first: Crumb = { label: { place: place.id }, href: place.href };
  if (name === undefined || unnamed.has(section)) return [first];
  const href = section === "topics" ? paths.topic(name) : `${place.href}/${encodeURIComponent(name)}`;
  const trail = [first, { label: { name }, href }];
  return channel === undefined
    ? trail
    : [...trail, { label: { name: channel }, href: paths.channel(name, channel) }];
}

/** One level up; null: there is none. */
export function above(pathname: string): string | null {
  return crumbs(pathname).at(-2)?.href ?? null;
}
