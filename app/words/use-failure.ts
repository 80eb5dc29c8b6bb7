"use client";

import type { ApiFailure } from "../../server/console/contract/index.ts";
import { useWords } from "./index.ts";

/**
 * What failed, in this language. What was wrong with a request only the server knows, so that it keeps the
 * server's own sentence.
 */
export function useFailureWords(): (failure: ApiFailure) => string {
  const t = useWords("failures");
  return ({ code, message, requestId, needs }) => {
    if (requestId === "" && code === "internal") return t("unreachable");
    const key = `code.${code}` as "code.forbidden";
    if (code === "bad-request" || !t.has(key) || (code === "forbidden" && needs === undefined))
      return message;
    return t(key, { right: needs?.right ?? "", role: needs?.role ?? "none", on: needs?.on ?? "" });
  };
}
