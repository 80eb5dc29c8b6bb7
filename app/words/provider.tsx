"use client";

import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import type { Locale } from "../../server/console/contract/locale.ts";

/** A file of its own for each language: a browser loads one of them, once. */
const providers = {
  en: dynamic(() => import("./provider-en.tsx")),
  zh: dynamic(() => import("./provider-zh.tsx")),
  xa: dynamic(() => import("./provider-xa.tsx")),
};

export function WordsProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  const Provider = providers[locale];
  return <Provider>{children}</Provider>;
}
