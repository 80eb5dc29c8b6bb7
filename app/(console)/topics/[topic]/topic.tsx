"use client";

import { Send } from "lucide-react";
import Link from "next/link";
import {
  rooms,
  type Snapshot,
  type TopicRow,
  type TopicView,
} from "../../../../server/console/contract/index.ts";
import { ActionButton } from "../../../actions/action-button.tsx";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { LastAction } from "../../../components/last-action.tsx";
import { LinkButton } from "../../../components/link-button.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { QueueActions, QueueFigures, useQueueTabs } from "../../../components/queue-page.tsx";
import { StateBadges } from "../../../components/state-badges.tsx";
import { Tabs } from "../../../components/tabs.tsx";
import { useNow } from "../../../live/use-now.ts";
import { useRoom } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { SightNote } from "../../../people/sight-note.tsx";
import { LookedUp, LookupBadges } from "../../../tables/topic-extras.tsx";
import { useFormat, useWords } from "../../../words/index.ts";
import { Channels } from "./channels.tsx";
import { useClassClosed } from "./class.ts";
import { Config } from "./config.tsx";
import { Producers } from "./producers.tsx";

interface Rendered {
  readonly name: string;
  readonly channels: Snapshot<`channels:${string}`>;
}

export function Topic({
  name,
  rendered,
  channels,
}: Rendered & { readonly rendered: Snapshot<`topic:${string}`> }) {
  const t = useWords("topic");
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null) {
    return (
      <Gone
        object={{ topic: name }}
        wentAtMs={wentAtMs}
        what={t("what")}
        name={name}
        back={{ href: paths.topics, label: t("back") }}
      >
        <p className="mt-3">
          {t.rich("gone-publish", {
            a: (part) => (
              <Link href={paths.publish(name)} className="text-accent underline">
                {part}
              </Link>
            ),
          })}
        </p>
      </Gone>
    );
  }
  return (
    <LookedUp>
      <Existing name={name} data={data} channels={channels} />
    </LookedUp>
  );
}

function Existing({ name, data, channels }: Rendered & { readonly data: TopicView }) {
  const t = useWords("topic");
  const { paused, ephemeral, durable, flow } = data.topic;
  return (
    <>
      <PageHead
        title={name}
        name
        badges={
          <>
            <StateBadges what="topic" paused={paused} ephemeral={ephemeral} durable={durable} />
            <LookupBadges topic={name} />
            <LastAction action={data.lastAction} href={paths.auditOf({ topic: name })} />
          </>
        }
        note={<Facts data={data} />}
        actions={
          <QueueActions topic={name} paused={paused} nodes={data.nodes}>
            <LinkButton href={paths.publish(name)}>
              <Send aria-hidden="true" />
              {t("publish")}
            </LinkButton>
            {!ephemeral && (
              <span className="max-md:hidden">
                <ClassButton name={name} durable={durable} />
              </span>
            )}
          </QueueActions>
        }
      />
      <SightNote of="channels" />
      <QueueFigures {...data} object={rooms.topic(name)} name={name} flow={flow} inLabel={t("published")} />
      <TopicTabs name={name} data={data} channels={channels} />
    </>
  );
}

/** Of which class it is; the button says the other one. */
function ClassButton({ name, durable }: { name: string; durable: TopicRow["durable"] }) {
  const action = durable === "all" ? "make-memory" : "make-durable";
  return <ActionButton target={{ action, topic: name }} closed={useClassClosed(action)} />;
}

function Facts({ data }: { data: TopicView }) {
  const t = useWords("topic");
  const f = useFormat();
  const nowMs = useNow();
  const { lastMessageAtMs, topic } = data;
  const waits = topic.topicDepth ?? 0;
  const facts = [
    topic.paused ? t("paused") : null,
    topic.ephemeral ? t("class.ephemeral") : t(`class.${topic.durable}`),
    t("bytes", { bytes: f.bytes(topic.messageBytes) }),
    lastMessageAtMs === null
      ? t("last-none")
      : t("last", { age: f.age(Math.max(0, nowMs - lastMessageAtMs)) }),
    waits > 0 ? t("not-handed", { count: waits, shown: f.count(waits) }) : null,
  ];
  return facts.filter((fact) => fact !== null).join(" · ");
}

function TopicTabs({ name, data, channels }: Rendered & { readonly data: TopicView }) {
  const t = useWords("topic");
  const [nodesTab, chartsTab] = useQueueTabs({ ...data, topic: name });
  return (
    <Tabs
      label={t("parts", { name })}
      tabs={[
        {
          id: "channels",
          label: t("tab.channels"),
          count: data.topic.channelCount,
          content: <Channels topic={name} rendered={channels} coverage={data.coverage} />,
        },
        nodesTab,
        { id: "producers", label: t("tab.producers"), content: <Producers topic={name} /> },
        chartsTab,
        { id: "config", label: t("tab.config"), content: <Config topic={name} row={data.topic} /> },
      ]}
    />
  );
}
