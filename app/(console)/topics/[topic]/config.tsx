"use client";

import {
  apiPaths,
  type OptionRow,
  type OptionsView,
  type TopicRow,
} from "../../../../server/console/contract/index.ts";
import { Card } from "../../../components/card.tsx";
import { OptionValueText } from "../../../components/option-value.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { Shape } from "../../../components/status.tsx";
import { useRead } from "../../../live/use-read.ts";
import { useWords } from "../../../words/index.ts";

/** Of a node's options, those that decide what becomes of a topic's messages. */
const groups = {
  keeping: ["durable-topics", "accept-loss", "mem-queue-size", "mem-bytes", "audit"],
  limits: ["max-msg-size", "max-body-size", "max-rdy-count", "max-req-timeout"],
  delivery: ["msg-timeout", "max-msg-timeout", "e2e-processing-latency-percentile"],
} as const;

/** What holds for the topic, and the options of its nodes that bear on it. */
export function Config({ topic, row }: { topic: string; row: TopicRow }) {
  const t = useWords("topic");
  const read = useRead<OptionsView>(apiPaths.optionsOfTopic(topic), null);
  const view = read.value;
  const byName = new Map(view?.options.map((option) => [option.key, option]));
  return (
    <>
      <p className="mb-3 text-13">{row.ephemeral ? t("class.ephemeral") : t(`class.${row.durable}`)}.</p>
      {view === null && read.failure === null ? (
        <Skeleton className="h-40" />
      ) : (
        <>
          <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []} />
          <div className="grid gap-4 lg:grid-cols-3">
            {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
              <Group
                key={group}
                title={t(`config.${group}`)}
                options={groups[group].map((name) => byName.get(name)).filter((found) => found !== undefined)}
              />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function Group({ title, options }: { title: string; options: readonly OptionRow[] }) {
  const t = useWords("topic");
  return (
    <Card>
      <h3 className="border-b border-line px-4 py-2 text-13 font-medium">{title}</h3>
      <dl className="space-y-2 px-4 py-3">
        {options.length === 0 && <p className="text-muted">{t("config.none")}</p>}
        {options.map((option) => (
          <div key={option.key}>
            <dt className="font-mono text-12 text-muted">--{option.key}</dt>
            {option.values.map(({ value, nodes }) => (
              <dd key={JSON.stringify(value)} className="wrap-anywhere">
                <OptionValueText option={option} value={value} />
                {option.values.length > 1 && (
                  <span className="ml-2 inline-flex items-baseline gap-1.5 text-12 text-muted">
                    <Shape tone="warn" /> {t("config.on", { nodes: nodes.join(", ") })}
                  </span>
                )}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </Card>
  );
}
