"use client";

import type { JobPreview } from "../../server/console/contract/index.ts";
import { useFormat } from "../words/index.ts";
import { useJobWords } from "./job-words.ts";

/** How much of it could be taken back, in a sentence. */
export function KeptSentence({
  preview: { kept, messages },
}: {
  preview: Pick<JobPreview, "kept" | "messages">;
}) {
  const { t } = useJobWords();
  const f = useFormat();
  if (messages > 0 && kept === 0) return t("dialog.kept-none");
  if (kept >= messages) return t("dialog.kept-all");
  return t("dialog.kept-some", { kept: f.count(kept), total: f.count(messages) });
}

/** Ten of the messages, so that one sees that they are the ones one means. */
export function Samples({ samples }: Pick<JobPreview, "samples">) {
  const { t } = useJobWords();
  const f = useFormat();
  if (samples.length === 0) return null;
  return (
    <details className="mt-1.5">
      <summary className="cursor-pointer text-muted">{t("samples")}</summary>
      <ul className="mt-1 space-y-0.5">
        {samples.map(({ node, id, state, attempts, publishedAtMs }) => (
          <li key={`${node} ${id}`} className="flex flex-wrap gap-x-2 text-12">
            <span className="font-mono">{id}</span>
            <span className="text-muted">
              {t(`sample.${state}`)}, {t("attempts", { count: attempts })}
              {publishedAtMs !== null && `, ${f.age(Math.max(0, Date.now() - publishedAtMs))}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
