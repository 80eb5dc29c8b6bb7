"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { setCookie } from "../preferences/cookie.ts";
import { type Locale, localeCookie, useLocale } from "../words/index.ts";

/** The language, and a way to another one: the page is rendered anew where it is. */
export function useLanguage(): { locale: Locale; choose: (locale: Locale) => void } {
  const locale = useLocale();
  const router = useRouter();
  const [, start] = useTransition();
  const choose = (chosen: Locale) => {
    setCookie(localeCookie, chosen);
    start(() => router.refresh());
  };
  return { locale, choose };
}
