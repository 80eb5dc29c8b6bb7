/** The languages there are. `xa` is English with accents, longer by a third: it shows what was not translated. */
export const locales = ["en", "zh", "xa"] as const;
export type Locale = (typeof locales)[number];

/** Those that people are offered. */
export const spoken = ["en", "zh"] as const satisfies readonly Locale[];

/** Which language this browser asked for; without it the browser's own first wish decides. */
export const localeCookie = "weir-locale";

/** For `lang` and for `Intl`. */
export const localeTags: Readonly<Record<Locale, string>> = { en: "en", zh: "zh-CN", xa: "en-XA" };

/**
 * The language of a page.
 * @param chosen the cookie's value
 * @param accepted an `Accept-Language` header
 */
export function localeOf(chosen: string | undefined, accepted: string | null): Locale {
  if (isLocale(chosen)) return chosen;
  const wishes = (accepted ?? "")
    .slice(0, 1_000)
    .split(",")
    .map((wish) => {
      const [tag = "", ...params] = wish.trim().toLowerCase().split(";");
      const weight = params.map((param) => /^\s*q=([\d.]+)$/.exec(param)?.[1]).find((q) => q !== undefined);
      return { language: tag.split("-")[0] ?? "", weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  return wishes.find(({ language }) => language === "en" || language === "zh")?.language === "zh"
    ? "zh"
    : "en";
}

function isLocale(value: string | undefined): value is Locale {
  return locales.some((locale) => locale === value);
}
