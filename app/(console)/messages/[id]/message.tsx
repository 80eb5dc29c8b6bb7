"use client";

import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import {
  apiPaths,
  type ClusterView,
  type Snapshot,
  type Trace,
} from "../../../../server/console/contract/index.ts";
import { Button } from "../../../components/button.tsx";
import { Section } from "../../../components/card.tsx";
import { CopyButton } from "../../../components/copy.tsx";
import { Empty } from "../../../components/empty.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { Shape } from "../../../components/status.tsx";
import { clock, day } from "../../../live/format.ts";
import { type Life, lifeOf, stepsOf } from "../../../live/trace.ts";
import { useRead } from "../../../live/use-read.ts";
import { visible } from "../../../live/visible.ts";
import { MessageBody } from "../../../messages/message-body.tsx";
import { paths } from "../../../paths.ts";
import { useZone } from "../../../preferences/provider.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { useFailureWords } from "../../../words/use-failure.ts";
import { CopyCurl, CopyLink } from "./copy-link.tsx";
import { Lane } from "./lane.tsx";
import { Now } from "./now.tsx";
import { useTrace } from "./use-trace.ts";

export function Message({ rendered }: { rendered: Trace }) {
  const t = useWords("messages");
  const wordsOf = useFailureWords();
  const { trace, failure } = useTrace(rendered);
  const life = useMemo(() => lifeOf(trace), [trace]);
  /** As a node says, of what the audit does not know. */
  const [foundIn, setFoundIn] = useState<string | null>(null);
  const topic = life.topic ?? foundIn;
  const ended = useMemo(
    () =>
      new Set(
        life.lanes.flatMap(({ channel, state }) =>
          state === "finished" || state === "dropped" ? [channel] : [],
        ),
      ),
    [life],
  );
  return (
    <>
      <PageHead
        title={trace.id}
        name
        badges={
          <>
            <CopyButton text={trace.id} label={t("life.copy-id")} />
            <CopyLink />
            <CopyCurl id={trace.id} />
          </>
        }
        note={<Where life={life} />}
        actions={
          life.topic !== null && (
            <Link
              href={`${paths.messages}?topic=${encodeURIComponent(life.topic)}`}
              className="text-accent underline wrap-anywhere"
            >
              {t("life.others", { topic: life.topic })}
            </Link>
          )
        }
      />
      {failure !== null && (
        <p role="status" className="mb-4 flex items-center gap-1.5">
          <Shape tone="warn" />
          {t("life.stale", { message: wordsOf(failure) })}
        </p>
      )}
      {trace.events.length === 0 ? <Nothing trace={trace} /> : <Lanes life={life} durable={trace.durable} />}
      <Trust trace={trace} />
      <Now key={trace.id} topic={life.topic} id={trace.id} ended={ended} onFound={setFoundIn} />
      {topic !== null && (
        <Section title={t("body.title")} className="mt-6">
          <MessageBody key={trace.id} topic={topic} id={trace.id} />
        </Section>
      )}
    </>
  );
}

function Where({ life }: { life: Life }) {
  const t = useWords("messages");
  const zone = useZone();
  const { topic } = life;
  if (topic === null) return null;
  const link = () => (
    <Link href={paths.topic(topic)} className="font-mono text-accent underline">
      {topic}
    </Link>
  );
  return life.publishedAtMs === null
    ? t.rich("life.in", { topic: link })
    : t.rich("life.published", {
        topic: link,
        at: `${day(life.publishedAtMs, zone)} ${clock(life.publishedAtMs, zone, true)}`,
      });
}

function Lanes({ life: whole, durable }: { life: Life; durable: Trace["durable"] }) {
  const t = useWords("messages");
  const f = useFormat();
  const [channel, setChannel] = useQueryState("channel", parseAsString);
  const life = useMemo(
    () => ({ ...whole, lanes: whole.lanes.filter((lane) => channel === null || lane.channel === channel) }),
    [whole, channel],
  );
  const isHandedOver = life.lanes.some(({ events }) =>
    stepsOf(events).some(({ handedOverBy }) => handedOverBy !== null),
  );
  return (
    <>
      {channel !== null && (
        <p className="mb-3 flex flex-wrap items-center gap-2 text-13">
          {life.lanes.length > 0
            ? t("life.only", { channel: visible(channel) })
            : t("life.none-in", { channel: visible(channel) })}
          <Button size="small" onClick={() => void setChannel(null)}>
            {t("life.all-channels", { count: whole.lanes.length })}
          </Button>
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-4 md:grid-cols-2 xl:grid-cols-3" data-testid="lanes">
        {isHandedOver ? <WithAdoptions life={life} /> : <EachLane life={life} adoptions={[]} t={t} f={f} />}
      </div>
      {durable === "all" && life.publishedAtMs !== null && (
        <p className="mt-3 text-12 text-muted">{t("life.durable")}</p>
      )}
    </>
  );
}

/** Who took over from whom is asked only where a message went from one node to another. */
function WithAdoptions({ life }: { life: Life }) {
  const t = useWords("messages");
  const f = useFormat();
  const { value } = useRead<Snapshot<"cluster">>(apiPaths.cluster, null);
  return <EachLane life={life} adoptions={value?.data?.adoptions ?? []} t={t} f={f} />;
}

function EachLane({
  life,
  adoptions,
  t,
  f,
}: {
  life: Life;
  adoptions: ClusterView["adoptions"];
  t: ReturnType<typeof useWords<"messages">>;
  f: ReturnType<typeof useFormat>;
}) {
  return (
    <>
      {life.beforeChannels.length > 0 && (
        <Lane
          title={life.topic ?? ""}
          word={{ tone: "ok", text: t("kind.publish") }}
          events={life.beforeChannels}
          startMs={life.publishedAtMs}
          adoptions={adoptions}
        />
      )}
      {life.lanes.map((lane) => (
        <Lane
          key={lane.channel}
          title={lane.channel}
          word={{
            tone: tones[lane.state],
            text:
              lane.tookMs === null
                ? t(`state.${lane.state}`)
                : t("life.after", { state: t(`state.${lane.state}`), took: f.span(lane.tookMs) }),
          }}
          note={lane.deliveries > 0 ? t("life.deliveries", { count: lane.deliveries }) : undefined}
          events={lane.events}
          startMs={life.publishedAtMs}
          adoptions={adoptions}
        />
      ))}
    </>
  );
}

const tones = {
  finished: "ok",
  "in-flight": "info",
  requeued: "warn",
  "timed-out": "warn",
  dropped: "crit",
  unknown: "unknown",
} as const;

function Nothing({ trace }: { trace: Trace }) {
  const t = useWords("messages");
  const zone = useZone();
  return (
    <Empty title={t("life.nothing")}>
      {trace.sinceMs === null
        ? t("life.no-history")
        : t("life.since", { at: `${day(trace.sinceMs, zone)} ${clock(trace.sinceMs, zone)}` })}
    </Empty>
  );
}

/** How far what is shown can be believed. */
function Trust({ trace }: { trace: Trace }) {
  const t = useWords("messages");
  const f = useFormat();
  const { lagMs, gaps } = trace;
  return (
    <div className="mt-4 space-y-1 text-12 text-muted">
      <p>
        {lagMs === null
          ? t("trust.unknown")
          : lagMs === 0
            ? t("trust.complete")
            : t("trust.behind", { lag: f.span(lagMs) })}
        {trace.cut && ` ${t("trust.cut")}`}
      </p>
      {gaps !== null && gaps > 0 && (
        <p className="flex items-center gap-1.5 text-warn">
          <Shape tone="warn" />
          {t("trust.gaps", { count: gaps, gaps: f.count(gaps) })}
        </p>
      )}
    </div>
  );
}
