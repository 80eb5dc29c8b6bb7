"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useWords } from "../words/index.ts";
import { Button } from "./button.tsx";

const shownMs = 1_500;

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useWords("components");
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <Button
      kind="quiet"
      size="small"
      onClick={() =>
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        )
      }
    >
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">{copied ? t("copied") : (label ?? t("copy"))}</span>
    </Button>
  );
}

/** A command to run, with a button that copies it. */
export function Command({ text }: { text: string }) {
  return (
    <div className="flex items-center gap-2 rounded-control border border-line bg-surface py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 py-1 font-mono text-13 wrap-anywhere">{text}</code>
      <CopyButton text={text} />
    </div>
  );
}
