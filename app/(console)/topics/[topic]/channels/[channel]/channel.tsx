"use client";

import type { Bottleneck, ChannelView, Snapshot } from "../../../../../../server/console/contract/index.ts";
import { Gone, useWasHere } from "../../../../../components/gone.tsx";
import { PageHead } from "../../../../../components/page-head.tsx";
import { QueueActions, QueueFigures, queueTabs } from "../../../../../components/queue-page.tsx";
import { StateBadges } from "../../../../../components/state-badges.tsx";
import { Shape, type Tone } from "../../../../../components/status.tsx";
import { Tabs } from "../../../../../components/tabs.tsx";
import { useRoom } from "../../../../../live/use-room.ts";
import { paths } from "../../../../../paths.ts";
import { Clients } from "./clients.tsx";
import { LatencyChart } from "./latency-chart.tsx";

export function Channel({
  topic,
  channel,
  rendered,
}: {
  topic: string;
  channel: string;
  rendered: Snapshot<`channel:${string}/${string}`>;
}) {
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null) {
    return (
      <Gone
        wentAtMs={wentAtMs}
        what="channel"
        name={`${topic}/${channel}`}
        back={{ href: paths.topic(topic), label: `Topic ${topic}` }}
      />
    );
  }
  return <Existing topic={topic} channel={channel} data={data} />;
}

function Existing({ topic, channel, data }: { topic: string; channel: string; data: ChannelView }) {
  const { paused, ephemeral, flow } = data.channel;
  return (
    <>
      <PageHead
        title={`${topic}/${channel}`}
        name
        badges={<StateBadges what="channel" paused={paused} ephemeral={ephemeral} />}
        note={data.bottleneck === null ? undefined : <BottleneckLine bottleneck={data.bottleneck} />}
        actions={<QueueActions topic={topic} channel={channel} paused={paused} nodes={data.nodes} />}
      />
      <QueueFigures
        {...data}
        name={channel}
        flow={flow}
        inLabel="Entered"
        problems={data.problems.filter(({ rule }) => rule !== data.bottleneck?.rule)}
      >
        <LatencyChart latency={data.channel.latency} series={data.series} />
      </QueueFigures>
      <Tabs
        label={`Parts of ${topic}/${channel}`}
        tabs={[
          {
            id: "clients",
            label: "Clients",
            count: data.clientsAtMs === null ? null : data.clients.length,
            content: <Clients data={data} />,
          },
          ...queueTabs(data.nodes, data.series),
        ]}
      />
    </>
  );
}

const tones: Record<Bottleneck["rule"], Tone> = {
  paused: "paused",
  "no-consumers": "warn",
  "not-ready": "warn",
  saturated: "warn",
  "timing-out": "warn",
  "falling-behind": "warn",
};

function BottleneckLine({ bottleneck }: { bottleneck: Bottleneck }) {
  return (
    <span className="flex items-baseline gap-1.5 text-text">
      <Shape tone={tones[bottleneck.rule]} className="translate-y-px" />
      {bottleneck.message}
    </span>
  );
}
