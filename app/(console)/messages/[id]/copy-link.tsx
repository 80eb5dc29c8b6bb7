"use client";

import { CopyButton } from "../../../components/copy.tsx";
import { useAwake } from "../../../live/use-awake.ts";
import { useWords } from "../../../words/index.ts";

/** This page's address, whole. */
export function CopyLink() {
  const t = useWords("messages");
  return <CopyButton text={useAwake() ? window.location.href : ""} label={t("life.copy-link")} />;
}
