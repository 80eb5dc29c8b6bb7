"use client";

import { apiPaths } from "../../../../server/console/contract/index.ts";
import { base } from "../../../base.ts";
import { CopyButton } from "../../../components/copy.tsx";
import { useAwake } from "../../../live/use-awake.ts";
import { useWords } from "../../../words/index.ts";

/** This page's address, whole. */
export function CopyLink() {
  const t = useWords("messages");
  return <CopyButton text={useAwake() ? window.location.href : ""} label={t("life.copy-link")} />;
}

/** The same as a program would ask for it, with a token of its reader's. */
export function CopyCurl({ id }: { id: string }) {
  const t = useWords("messages");
  const origin = useAwake() ? window.location.origin : "";
  const command = `curl -H "Authorization: Bearer $WEIR_TOKEN" '${origin}${base}${apiPaths.trace(id)}'`;
  return <CopyButton text={command} label={t("life.copy-curl")} />;
}
