"use client";

import { Shape, type Tone } from "../../components/status.tsx";
import { clock } from "../../live/format.ts";
import { visible } from "../../live/visible.ts";
import { useZone } from "../../preferences/provider.tsx";
import { useFormat, useWords } from "../../words/index.ts";
import type { Happening, Noted } from "./use-happenings.ts";

const tones: Readonly<Record<Happening["kind"], Tone>> = {
  ...{ finished: "ok", requeued: "info", touched: "info" },
  ...{ "not-in-flight": "warn", unknown: "warn", lost: "warn", late: "warn", gap: "warn" },
  rdy: "info",
};

/** What became of messages and of the delivery, in words, newest first. */
export function Happenings({ happened }: { happened: readonly Noted[] }) {
  const t = useWords("consume");
  const zone = useZone();
  const wordsOf = useHappeningWords();
  return (
    <section className="mt-6">
      <h2 className="mb-2 text-14 font-semibold">{t("happened")}</h2>
      {/* Of one's own deeds the last is told; what arrives by itself is there to be read. */}
      <p role="status" className="sr-only">
        {happened[0] === undefined || happened[0].text !== undefined ? "" : wordsOf(happened[0])}
      </p>
      {happened.length === 0 ? (
        <p className="text-13 text-muted">{t("happened-none")}</p>
      ) : (
        <ol data-testid="happened" className="max-h-80 space-y-1 overflow-auto text-13">
          {happened.map((one) => (
            <li key={one.key} className="flex items-baseline gap-2">
              <span className="shrink-0 text-12 text-muted">{clock(one.atMs, zone, true)}</span>
              <Shape tone={tones[one.kind]} className="translate-y-px" />
              <span className="min-w-0 wrap-anywhere">
                {wordsOf(one)}
                {one.text !== undefined && (
                  <span className="ml-2 font-mono text-12 text-muted">{visible(one.text)}</span>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function useHappeningWords(): (one: Happening) => string {
  const t = useWords("consume");
  const f = useFormat();
  return (one) => {
    switch (one.kind) {
      case "gap": {
        const { fromMs, toMs, reason, missed, returned } = one.gap;
        const away = t(`gap.${reason}`, { age: f.age(toMs - fromMs) });
        return [
          away,
          t(`gap.missed-${missed}`),
          ...(returned > 0 ? [t("gap.returned", { count: returned })] : []),
        ].join(" ");
      }
      case "rdy":
        return t(`rdy-now.${one.why}`, { rdy: one.rdy });
      case "requeued":
        return one.delayMs
          ? t("became.requeued-after", { id: one.id, delay: f.span(one.delayMs) })
          : t("became.requeued", { id: one.id });
      default:
        return t(`became.${one.kind}`, { id: one.id });
    }
  };
}
