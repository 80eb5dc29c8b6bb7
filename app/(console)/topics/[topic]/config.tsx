"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import {
  apiPaths,
  type OptionsView,
  type RetentionView,
  type TopicRow,
} from "../../../../server/console/contract/index.ts";
import { OptionGroup } from "../../../components/option-group.tsx";
import { ReadNote } from "../../../components/read-note.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { useRead } from "../../../live/use-read.ts";
import { useStatus } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { useWords } from "../../../words/index.ts";

/** Of a node's options, those that decide what becomes of a topic's messages. */
const groups = {
  keeping: ["durable-topics", "accept-loss", "mem-queue-size", "mem-bytes"],
  retention: ["audit"],
  limits: ["max-msg-size", "max-body-size", "max-rdy-count", "max-req-timeout"],
  delivery: ["msg-timeout", "max-msg-timeout", "e2e-processing-latency-percentile"],
} as const;

/** What holds for the topic, and the options of its nodes that bear on it. */
export function Config({ topic, row }: { topic: string; row: TopicRow }) {
  const t = useWords("topic");
  const read = useRead<OptionsView>(apiPaths.optionsOfTopic(topic), null);
  const view = read.value;
  return (
    <>
      <p className="mb-3 text-13">{row.ephemeral ? t("class.ephemeral") : t(`class.${row.durable}`)}.</p>
      {view === null && read.failure === null ? (
        <Skeleton className="h-40" />
      ) : (
        <>
          <ReadNote read={read} atMs={view?.atMs ?? null} nodes={view?.nodes ?? []} />
          <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-4">
            {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => (
              <OptionGroup
                key={group}
                title={t(`config.${group}`)}
                names={groups[group]}
                options={view?.options ?? []}
              >
                {group === "retention" && <Kept ephemeral={row.ephemeral} />}
                {group === "delivery" && <GivenUp />}
              </OptionGroup>
            ))}
          </div>
        </>
      )}
    </>
  );
}

/** How long messages are kept, what happened to them, and figures of them: no option says that. */
function Kept({ ephemeral }: { ephemeral: boolean }) {
  const t = useWords("topic");
  const { data } = useStatus();
  return (
    <>
      <Said name={t("config.messages")}>
        {t(ephemeral ? "config.messages-ephemeral" : "config.messages-kept")}
      </Said>
      {data.database.state !== "none" && <Stored />}
    </>
  );
}

function Stored() {
  const t = useWords("topic");
  const { value } = useRead<RetentionView>(apiPaths.retention, null);
  if (value === null) return null;
  const { days, auditDays } = value.settings;
  return (
    <>
      <Said name={t("config.history")}>{t("config.history-kept", { days: auditDays })}</Said>
      <Said name={t("config.charts")}>
        {t("config.charts-kept", { seconds: days["10s"], minutes: days["1m"], hours: days["1h"] })}{" "}
        <Link href={paths.settings("retention")} className="text-accent underline">
          {t("config.retention-where")}
        </Link>
      </Said>
    </>
  );
}

/** What becomes of messages that nobody finishes. */
function GivenUp() {
  const t = useWords("topic");
  return <Said name={t("config.given-up")}>{t("config.given-up-never")}</Said>;
}

function Said({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-12 text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
