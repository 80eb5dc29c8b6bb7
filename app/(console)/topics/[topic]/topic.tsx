"use client";

import { Send } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import type { NodeRow, Snapshot, TopicRow, TopicView } from "../../../../server/console/contract/index.ts";
import { ActionButton } from "../../../actions/action-button.tsx";
import { CreateForm } from "../../../actions/create-form.tsx";
import { Empty } from "../../../components/empty.tsx";
import { Gone, useWasHere } from "../../../components/gone.tsx";
import { LinkButton } from "../../../components/link-button.tsx";
import { PageHead } from "../../../components/page-head.tsx";
import { QueueActions, QueueFigures, queueTabs } from "../../../components/queue-page.tsx";
import { StateBadges } from "../../../components/state-badges.tsx";
import { DataTable } from "../../../components/table/data-table.tsx";
import { useSort } from "../../../components/table/sort.ts";
import { Tabs } from "../../../components/tabs.tsx";
import { age, bytes, plural } from "../../../live/format.ts";
import { useNow } from "../../../live/use-now.ts";
import { useRoom, useStatus } from "../../../live/use-room.ts";
import { paths } from "../../../paths.ts";
import { channelColumns } from "../../../tables/channel-columns.tsx";

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
  const { paused, ephemeral, durable, flow } = data.topic;
  return (
    <>
      <PageHead
        title={name}
        name
        badges={<StateBadges what="topic" paused={paused} ephemeral={ephemeral} durable={durable} />}
        note={<Facts data={data} />}
        actions={
          <QueueActions topic={name} paused={paused} nodes={data.nodes}>
            <LinkButton href={paths.publish(name)}>
              <Send aria-hidden="true" />
              Publish
            </LinkButton>
            {!ephemeral && <ClassButton name={name} durable={durable} />}
          </QueueActions>
        }
      />
      <QueueFigures {...data} name={name} flow={flow} inLabel="Published" />
      <TopicTabs name={name} data={data} />
    </>
  );
}

/** Of which class it is; the button says the other one. */
function ClassButton({ name, durable }: { name: string; durable: TopicRow["durable"] }) {
  const { data } = useStatus();
  const action = durable === "all" ? "make-memory" : "make-durable";
  return <ActionButton target={{ action, topic: name }} closed={classClosed(action, data.nodes)} />;
}

/** Why a topic cannot be made so now; null: it can. */
function classClosed(action: "make-durable" | "make-memory", nodes: readonly NodeRow[]): string | null {
  if (nodes.every((node) => node.clusterDifferences === null))
    return "Only nodes with a database can be told of which class a topic is.";
  const refusing = nodes.find((node) => node.store?.durability?.state === "refused");
  if (action === "make-memory" || refusing === undefined) return null;
  return `Its publishes would be refused: Postgres may lose what it has confirmed (${refusing.store!.durability!.unsafeSettings.join(", ")}).`;
}

function classSentence({ ephemeral, durable }: TopicRow): string {
  if (ephemeral) return "Ephemeral: kept in memory only, and the newest are dropped beyond its bound";
  if (durable === "all") return "Durable: committed to Postgres before OK";
  if (durable === "some") return "Durable on some of its nodes only: committed to Postgres before OK there";
  return "Memory first: overflow goes to the store";
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
      {classSentence(data.topic)} · {bytes(data.topic.messageBytes)} published · {last}
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
        ...queueTabs(data.nodes, data.series),
      ]}
    />
  );
}
