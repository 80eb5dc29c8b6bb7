/** Words for what the server renders. Only for server components: a browser would load every language with it. */
import { cookies, headers } from "next/headers";
import { createTranslator } from "use-intl/core";
import { type Locale, localeCookie, localeOf } from "../../server/console/contract/locale.ts";
import { en } from "./en/index.ts";
import type { Area } from "./index.ts";
import { onMissing } from "./missing.ts";
import { pseudoOf } from "./pseudo.ts";
import { zh } from "./zh/index.ts";

export async function readLocale(): Promise<Locale> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  return localeOf(jar.get(localeCookie)?.value, head.get("accept-language"));
}

/** `words(await readLocale(), "topics")` is `useWords("topics")` for a server component. */
export function words<A extends Area>(locale: Locale, area: A) {
  return createTranslator<typeof en, A>({
    locale,
    messages: messagesOf(locale),
    namespace: area,
    timeZone: "UTC",
    onError: onMissing,
  } as never);
}

function messagesOf(locale: Locale): typeof en {
  switch (locale) {
    case "en":
      return en;
    case "zh":
      return zh as typeof en;
    case "xa":
      return pseudoOf(en);
  }
}
