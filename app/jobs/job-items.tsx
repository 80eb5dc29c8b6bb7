"use client";

import type { JobItem, JobView } from "../../server/console/contract/index.ts";
import { useActionWords } from "../actions/words.ts";
import { Section } from "../components/card.tsx";
import { Status, type Tone } from "../components/status.tsx";
import { useFormat } from "../words/index.ts";
import { useJobWords } from "./job-words.ts";
import { ProgressBar, percentOf } from "./progress-bar.tsx";

const tones: Record<JobItem["state"], Tone> = {
  queued: "unknown",
  running: "info",
  done: "ok",
  failed: "crit",
  cancelled: "unknown",
};

/** What became of it on each node: that some did it and others did not is a result. */
export function JobItems({ view: { items } }: { view: JobView }) {
  const { t } = useJobWords();
  return (
    <Section title={t("nodes")}>
      <ul className="divide-y divide-line rounded-card border border-line">
        {items.map((item) => (
          <Item key={item.key} item={item} />
        ))}
      </ul>
    </Section>
  );
}

function Item({ item }: { item: JobItem }) {
  const { t } = useJobWords();
  const actions = useActionWords();
  const f = useFormat();
  const { node, step, state, done, total, error } = item;
  const label = t("node-progress", { node, done: f.count(done), total: f.count(Math.max(total, done)) });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-13">
      <span className="min-w-40 font-mono wrap-anywhere">
        {node}
        {step === "lookup" && <span className="ml-2 font-sans text-12 text-muted">{t("lookup")}</span>}
      </span>
      <Status tone={tones[state]} className="w-28">
        {t(`item-state.${state}`)}
      </Status>
      {step === "node" && (
        <>
          <span className="w-40">
            <ProgressBar
              thin
              label={label}
              percent={percentOf(done, total, state === "done")}
              state={state === "failed" ? "failed" : state === "done" ? "succeeded" : "running"}
            />
          </span>
          <span className="tabular-nums">{t("node-done", { count: done, shown: f.count(done) })}</span>
        </>
      )}
      {error !== null && (
        <span className={state === "failed" ? "w-full text-crit" : "w-full text-muted"}>
          {actions.nodeCode(error)}
        </span>
      )}
    </li>
  );
}
