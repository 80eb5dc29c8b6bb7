"use client";

import { useMemo, useState } from "react";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { visible } from "../live/visible.ts";
import { useFormat, useWords } from "../words/index.ts";
import { bodyViews, type BodyView as View, viewFor, viewOf } from "./body.ts";

/** A body as JSON, text, hex or base64: always as text. `children`: what else can be done with it. */
export function BodyView({
  bytes,
  size,
  children,
}: {
  bytes: Uint8Array;
  /** Of the whole, of which `bytes` may be the beginning. */
  size: number;
  children?: React.ReactNode;
}) {
  const t = useWords("messages");
  const f = useFormat();
  const isPart = bytes.length < size;
  const [chosen, setChosen] = useState<View | null>(null);
  const texts = useMemo(
    () =>
      Object.fromEntries(bodyViews.map((view) => [view, viewOf(bytes, isPart, view)])) as Record<
        View,
        string | null
      >,
    [bytes, isPart],
  );
  const view = chosen !== null && texts[chosen] !== null ? chosen : viewFor(bytes, isPart);
  const text = texts[view] ?? "";
  return (
    <div className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <fieldset className="flex gap-1">
          <legend className="sr-only">{t("body.shown-as")}</legend>
          {bodyViews.map((one) => (
            <Button
              key={one}
              size="small"
              kind={one === view ? "plain" : "quiet"}
              aria-pressed={one === view}
              disabled={texts[one] === null}
              onClick={() => setChosen(one)}
            >
              {t(`body.view.${one}`)}
            </Button>
          ))}
        </fieldset>
        <span className="text-12 text-muted">
          {isPart ? t("body.part", { here: f.bytes(bytes.length), all: f.bytes(size) }) : f.bytes(size)}
        </span>
        <span className="ml-auto flex flex-wrap items-center gap-1">
          {children}
          <CopyButton text={text} label={t("body.copy")} />
        </span>
      </div>
      {size === 0 ? (
        <p className="text-muted">{t("body.empty")}</p>
      ) : (
        <pre
          data-testid="body"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take focus
          tabIndex={0}
          className="max-h-112 overflow-auto rounded-control border border-line bg-surface px-3 py-2 font-mono text-12 wrap-anywhere whitespace-pre-wrap"
        >
          {visible(text)}
        </pre>
      )}
    </div>
  );
}
