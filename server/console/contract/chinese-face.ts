/** Chinese where the device has no Chinese font, on pages that show little of it: parts of the packed one, by number. */
import type { Locale } from "./locale.ts";

export interface FacePart {
  /** As the package numbers its files. */
  readonly part: string;
  /** Of `unicode-range`. */
  readonly range: string;
}

/** 中文, the one word of Chinese on pages in other languages: the language's own name. */
export const languageNameParts: readonly FacePart[] = [
  { part: "118", range: "U+6587" },
  { part: "119", range: "U+4E2D" },
];

export const chineseFontPath = (part: string) => `/fonts/noto-sans-sc-${part}.woff2`;

/** Rules of CSS. A browser loads of them what it shows and has no font of its own for. */
export function chineseFaces(parts: readonly FacePart[], base: string): string {
  return parts
    .map(
      ({ part, range }) =>
        `@font-face { font-family: "Noto Sans SC Variable"; font-weight: 100 900; font-display: swap; src: url("${base}${chineseFontPath(part)}") format("woff2"); unicode-range: ${range} }`,
    )
    .join("\n");
}

/** Pages in Chinese load the packed font whole, as it is needed. */
export function languageNameFaces(locale: Locale, base: string): string | null {
  return locale === "zh" ? null : chineseFaces(languageNameParts, base);
}
