"use client";

import {
  type Bottleneck,
  type ChannelView,
  rooms,
  type Snapshot,
} from "../../../../../../server/console/contract/index.ts";
import { Gone, useWasHere } from "../../../../../components/gone.tsx";
import { LastAction } from "../../../../../components/last-action.tsx";
import { PageHead } from "../../../../../components/page-head.tsx";
import { QueueActions, QueueFigures, useQueueTabs } from "../../../../../components/queue-page.tsx";
import { StateBadges } from "../../../../../components/state-badges.tsx";
import { Shape, type Tone } from "../../../../../components/status.tsx";
import { Tabs } from "../../../../../components/tabs.tsx";
import { useRoom } from "../../../../../live/use-room.ts";
import { paths } from "../../../../../paths.ts";
import { useFormat, useWords } from "../../../../../words/index.ts";
import { BrowserPages } from "./browser-pages.tsx";
import { Clients } from "./clients.tsx";
import { Deferred, InFlight, Poison } from "./held.tsx";
import { useLatencyChart } from "./use-latency-chart.ts";

export function Channel({
  topic,
  channel,
  rendered,
  clients,
}: {
  topic: string;
  channel: string;
  rendered: Snapshot<`channel:${string}/${string}`>;
  clients: Snapshot<`clients:${string}/${string}`>;
}) {
  const t = useWords("channel");
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null) {
    return (
      <Gone
        object={{ topic, channel }}
        wentAtMs={wentAtMs}
        what={t("what")}
        name={`${topic}/${channel}`}
        back={{ href: paths.topic(topic), label: t("back", { topic }) }}
      />
    );
  }
  return <Existing topic={topic} channel={channel} data={data} clients={clients} />;
}

function Existing({
  topic,
  channel,
  data,
  clients,
}: {
  topic: string;
  channel: string;
  data: ChannelView;
  clients: Snapshot<`clients:${string}/${string}`>;
}) {
  const t = useWords("channel");
  const { paused, ephemeral, flow } = data.channel;
  const latency = useLatencyChart(data.channel.latency);
  const queueTabs = useQueueTabs({ ...data, topic, channel });
  return (
    <>
      <PageHead
        title={`${topic}/${channel}`}
        name
        badges={
          <>
            <StateBadges what="channel" paused={paused} ephemeral={ephemeral} />
            <LastAction action={data.lastAction} href={paths.auditOf({ topic, channel })} />
          </>
        }
        note={data.bottleneck === null ? undefined : <BottleneckLine bottleneck={data.bottleneck} />}
        actions={<QueueActions topic={topic} channel={channel} paused={paused} nodes={data.nodes} />}
      />
      <QueueFigures
        {...data}
        object={rooms.channel(topic, channel)}
        name={channel}
        flow={flow}
        inLabel={t("entered")}
        problems={data.problems.filter(({ rule }) => rule !== data.bottleneck?.rule)}
        also={latency}
      />
      <Tabs
        label={t("parts", { name: `${topic}/${channel}` })}
        tabs={[
          {
            id: "clients",
            label: t("tab.clients"),
            count: flow.clients,
            content: (
              <>
                <Clients topic={topic} channel={channel} expected={flow.clients} rendered={clients} />
                <BrowserPages topic={topic} channel={channel} />
              </>
            ),
          },
          {
            id: "inflight",
            label: t("tab.inflight"),
            count: flow.inFlight,
            content: <InFlight topic={topic} channel={channel} />,
          },
          {
            id: "deferred",
            label: t("tab.deferred"),
            count: flow.deferred,
            content: <Deferred topic={topic} channel={channel} />,
          },
          {
            id: "dlq",
            label: t("tab.poison"),
            count: data.channel.poison,
            content: <Poison topic={topic} channel={channel} />,
          },
          ...queueTabs,
        ]}
      />
    </>
  );
}

const tones: Record<Bottleneck["rule"], Tone> = {
  paused: "paused",
  "topic-paused": "paused",
  "no-consumers": "warn",
  "not-ready": "warn",
  saturated: "warn",
  "timing-out": "warn",
  "falling-behind": "warn",
};

function BottleneckLine({ bottleneck }: { bottleneck: Bottleneck }) {
  const t = useWords("bottleneck");
  const f = useFormat();
  const { rule, params } = bottleneck;
  const figures = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, name === "count" ? value : f.count(value)]),
  );
  return (
    <span className="flex items-baseline gap-1.5 text-text">
      <Shape tone={tones[rule]} className="translate-y-px" />
      {t.has(rule)
        ? t(rule, { shown: f.count(params["count"] ?? null), ...figures } as never)
        : bottleneck.message}
    </span>
  );
}
