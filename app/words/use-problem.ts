"use client";

import type { Problem } from "../../server/console/contract/index.ts";
import type { Formats } from "../live/format.ts";
import { useFormat, useWords } from "./index.ts";

/** A problem's sentence in this language; one that only a newer server knows stays as the server wrote it. */
export function useProblemWords(): (problem: Problem) => string {
  const t = useWords("problems");
  const format = useFormat();
  return ({ code, params, message }) => {
    const key = `code.${code}` as const;
    return t.has(key) ? t(key, filled(params, format)) : message;
  };
}

/** What a sentence is filled with, as people read it: `…Ms` is a time, `share` a percentage, other numbers counts. */
export function filled(params: Problem["params"], format: Formats): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (typeof value === "string") return [name, value];
      if (name.endsWith("Ms")) return [name, format.age(value)];
      return [name, name === "share" ? format.percent(value) : format.count(value)];
    }),
  );
}
