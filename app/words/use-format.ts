"use client";

import { useLocale } from "use-intl";
import { type Formats, formatsOf } from "../live/format.ts";

/** Figures, ages and times as people read them in this language: `f.count(n)`, `f.age(ms)`. */
export function useFormat(): Formats {
  return formatsOf(useLocale());
}
