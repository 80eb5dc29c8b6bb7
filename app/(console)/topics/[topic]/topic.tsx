"use client";

import { Activity, Send } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import type { Snapshot, TopicView } from "../../../../server/console/contract/index.ts";
import { ActionButton } from "../../../actions/action-button.tsx";
import { CreateForm } from "../../../actions/create-form.tsx";
import { buttonClass } from "../../../components/button.tsx";
import { charts } from "../../../components/chart/lines.ts";
import { LiveChart } from "../../../components/chart/live-chart.tsx";
import { CoverageNote, isPartial } from "../../../components/coverage-note.tsx";
import { Empty } from "../../../components/empty.tsx";
import { FlowMetrics } from "../../../components/flow-metrics.tsx";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { ProblemList } from "../../../components/problem-list.tsx";
import { StateBadges } from "../../../components/state-badges.tsx";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { Tabs } from "../../../components/tabs.tsx";
import { age, bytes, plural } from "../../../live/format.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRoom } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { channelColumns } from "../../../tables/channel-columns.tsx";
import { shareColumns } from "../../../tables/share-columns.tsx";

export function Topic({ name, rendered }: { name: string; rendered: Snapshot<`topic:${string}`> }) {
  const { data } = useRoom(rendered);
  const wentAtMs = useWasHere(data !== null);
  if (data === null) {
    return (
      <Gone wentAtMs={wentAtMs} what="topic" name={name} back={{ href: paths.topics, label: "All topics" }}>
        <p className="mt-3">
          <Link href={paths.publish(name)} className="text-accent underline">
            Publish to it
          </Link>{" "}
          and it is there.
        </p>
      </Gone>
    );
  }
  return <Existing name={name} data={data} />;
}

function Existing({ name, data }: { name: string; data: TopicView }) {
  const partial = isPartial(data.coverage);
  return (
    <>
      <PageHead
        title={name}
        name
        badges={<StateBadges what="topic" paused={data.topic.paused} ephemeral={data.topic.ephemeral} />}
        note={<Facts data={data} />}
        actions={
          <>
            <Link href={paths.publish(name)} className={buttonClass({})}>
              <Send aria-hidden="true" />
              Publish
            </Link>
            <Link href={paths.tail(name)} className={buttonClass({})}>
              <Activity aria-hidden="true" />
              Tail
            </Link>
            <ActionButton
              target={{ action: data.topic.paused ? "unpause-topic" : "pause-topic", topic: name }}
            />
            <span aria-hidden="true" className="mx-1 h-5 border-l border-line" />
            <ActionButton target={{ action: "empty-topic", topic: name }} />
            <ActionButton target={{ action: "delete-topic", topic: name }} />
          </>
        }
      />
      <CoverageNote coverage={data.coverage} />
      <div className="space-y-4">
        <ProblemList problems={data.problems} />
        <FlowMetrics
          label={`Figures of ${name}`}
          flow={data.topic.flow}
          partial={partial}
          stale={data.nodes.every((row) => row.stale)}
          inLabel="Published"
        />
        <div className="grid gap-4 lg:grid-cols-2">
          <LiveChart kind={charts.work} series={data.series} />
          <LiveChart kind={charts.depth} series={data.series} />
        </div>
      </div>
      <TopicTabs name={name} data={data} />
    </>
  );
}

function Facts({ data }: { data: TopicView }) {
  const nowMs = useNow();
  const last =
    data.lastMessageAtMs === null
      ? "no message seen since the console started"
      : `last message ${age(nowMs - data.lastMessageAtMs)} ago`;
  const waits = data.topic.topicDepth ?? 0;
  return (
    <>
      {data.topic.ephemeral
        ? "Ephemeral: kept in memory only, and the newest are dropped beyond its bound"
        : "Memory first: overflow goes to Postgres"}{" "}
      · {bytes(data.topic.messageBytes)} published · {last}
      {waits > 0 && ` · ${plural(waits, "message")} not yet handed to channels`}
    </>
  );
}

function TopicTabs({ name, data }: { name: string; data: TopicView }) {
  const columns = useMemo(() => channelColumns(name), [name]);
  const { sorting, setSorting } = useSort("-depth");
  const channels =
    data.channels.length === 0 ? (
      <Empty title="No channels yet">
        Messages wait at the topic until there is one: a consumer that subscribes makes it, or you do.
      </Empty>
    ) : (
      <DataTable
        label="Channels"
        rows={data.channels}
        columns={columns}
        sorting={sorting}
        onSort={setSorting}
        stale={(row) => row.stale}
      />
    );
  return (
    <Tabs
      label={`Parts of ${name}`}
      tabs={[
        {
          id: "channels",
          label: "Channels",
          count: data.channels.length,
          content: (
            <>
              {channels}
              <div className="mt-4">
                <CreateForm topic={name} />
              </div>
            </>
          ),
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
