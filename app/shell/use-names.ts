"use client";

import { useEffect, useState } from "react";
import { apiPaths, type FoundNames } from "../../server/console/contract/index.ts";
import { get } from "../live/post.ts";

const afterMs = 120;

export type Names =
  | { readonly state: "idle" | "searching" | "failed" }
  | { readonly state: "found"; readonly names: FoundNames };

/** Names of topics, channels and nodes that have the text in them, asked for when nobody types for a moment. */
export function useNames(text: string): Names {
  const [held, setHeld] = useState<{ readonly for: string; readonly names: Names }>({
    for: "",
    names: { state: "idle" },
  });
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === "") return;
    let current = true;
    const timer = setTimeout(() => {
      void get<FoundNames>(`${apiPaths.search}?${new URLSearchParams({ q: wanted.slice(0, 200) })}`).then(
        (answer) => {
          if (!current) return;
          const names: Names = answer.ok ? { state: "found", names: answer.value } : { state: "failed" };
          setHeld({ for: wanted, names });
        },
      );
    }, afterMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  if (wanted === "") return { state: "idle" };
  // What was found for less stays until more is known: the list does not blink with each letter.
  if (held.for !== wanted) return held.names.state === "found" ? held.names : { state: "searching" };
  return held.names;
}
