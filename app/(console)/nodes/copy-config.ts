"use client";

import { toast } from "sonner";
import { apiPaths, type OptionsView } from "../../../server/console/contract/index.ts";
import { get } from "../../live/post.ts";
import { useWords } from "../../words/index.ts";
import { asFile, ownOptions } from "./[node]/own-options.ts";

/** Puts how a node is set on the clipboard, as a file of options for another. */
export function useCopyConfig(): (node: string) => Promise<void> {
  const t = useWords("nodes");
  return async (node) => {
    const answer = await get<OptionsView>(apiPaths.options);
    const own = answer.ok ? ownOptions(answer.value, node) : [];
    const isCopied =
      own.length > 0 &&
      (await navigator.clipboard.writeText(asFile(own)).then(
        () => true,
        () => false,
      ));
    if (isCopied) toast.success(t("copy.done", { node }));
    else toast.error(t("copy.failed", { node }));
  };
}
