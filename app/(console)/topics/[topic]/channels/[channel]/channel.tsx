"use client";

import { Activity } from "lucide-react";
import Link from "next/link";
import type { Bottleneck, ChannelView, Snapshot } from "../../../../../../server/console/contract/index.ts";
import { ActionButton } from "../../../../../actions/action-button.tsx";
import { buttonClass } from "../../../../../components/button.tsx";
import { charts } from "../../../../../components/chart/lines.ts";
import { LiveChart } from "../../../../../components/chart/live-chart.tsx";
import { CoverageNote, isPartial } from "../../../../../components/coverage-note.tsx";
import { FlowMetrics } from "../../../../../components/flow-metrics.tsx";
import { Gone, useWasHere } from "../../../../../components/gone.tsx";
import { PageHead } from "../../../../../components/page-head.tsx";
import { ProblemList } from "../../../../../components/problem-list.tsx";
import { StateBadges } from "../../../../../components/state-badges.tsx";
import { Shape, type Tone } from "../../../../../components/status.tsx";
import { DataTable } from "../../../../../components/table/data-table.tsx";
import { useSort } from "../../../../../components/table/sort.ts";
import { Tabs } from "../../../../../components/tabs.tsx";
import { useRoom } from "../../../../../live/use-room.ts";
import { paths } from "../../../../../paths.ts";
import { shareColumns } from "../../../../../tables/share-columns.tsx";
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
        actions={
          <>
            <Link href={paths.tail(topic)} className={buttonClass({})}>
              <Activity aria-hidden="true" />
              Tail
            </Link>
            <ActionButton target={{ action: paused ? "unpause-channel" : "pause-channel", topic, channel }} />
            <span aria-hidden="true" className="mx-1 h-5 border-l border-line" />
            <ActionButton target={{ action: "empty-channel", topic, channel }} />
            <ActionButton target={{ action: "delete-channel", topic, channel }} />
          </>
        }
      />
      <CoverageNote coverage={data.coverage} />
      <div className="space-y-4">
        <ProblemList problems={data.problems.filter(({ rule }) => rule !== data.bottleneck?.rule)} />
        <FlowMetrics
          label={`Figures of ${channel}`}
          flow={flow}
          partial={isPartial(data.coverage)}
          stale={data.nodes.every((row) => row.stale)}
          inLabel="Entered"
        />
        <div className="grid gap-4 lg:grid-cols-2">
          <LiveChart kind={charts.work} series={data.series} />
          <LiveChart kind={charts.depth} series={data.series} />
        </div>
        <LatencyChart latency={data.channel.latency} series={data.series} />
      </div>
      <ChannelTabs topic={topic} channel={channel} data={data} />
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

function ChannelTabs({ topic, channel, data }: { topic: string; channel: string; data: ChannelView }) {
  const { sorting, setSorting } = useSort("name");
  return (
    <Tabs
      label={`Parts of ${topic}/${channel}`}
      tabs={[
        {
          id: "clients",
          label: "Clients",
          count: data.clientsAtMs === null ? null : data.clients.length,
          content: <Clients data={data} />,
        },
        {
          id: "nodes",
          label: "Nodes",
          count: data.nodes.length,
          content: (
            <DataTable
              label="Nodes"
              rows={data.nodes}
              columns={shareColumns}
              sorting={sorting}
              onSort={setSorting}
              stale={(row) => row.stale}
            />
          ),
        },
        {
          id: "charts",
          label: "Charts",
          content: (
            <div className="grid gap-4 lg:grid-cols-2">
              <LiveChart kind={charts.failures} series={data.series} />
              <LiveChart kind={charts.oldest} series={data.series} />
            </div>
          ),
        },
      ]}
    />
  );
}
