/**
 * The words of every page, by area: `useWords("topics")` gives `t`, whose keys are those of
 * `en/topics.json`. Arguments are ICU's: `t("found", { count: 3 })`, and `t.rich` for tags.
 */
import type { Locale } from "../../server/console/contract/locale.ts";

export { useLocale, useTranslations as useWords } from "use-intl";
export { type Locale, localeCookie, localeTags, spoken } from "../../server/console/contract/locale.ts";
export { useFormat } from "./use-format.ts";

type Words = typeof import("./en/index.ts").en;
export type Area = keyof Words;

declare module "use-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Words;
  }
}
