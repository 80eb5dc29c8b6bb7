import Link from "next/link";
import { memo } from "react";
import type { TopicRow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import { StateBadges } from "../components/state-badges.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { flowColumns, moreFlowColumns } from "./flow-columns.tsx";
import { LookupBadges, TopicSpark } from "./topic-extras.tsx";

/** Drawn once, while the figures beside it move. */
const TopicName = memo(function TopicName({
  name,
  ...state
}: { name: string } & Pick<TopicRow, "paused" | "ephemeral" | "durable">) {
  return (
    <span className="flex items-center gap-2">
      <Link
        prefetch={false}
        href={paths.topic(name)}
        title={name}
        className="truncate font-mono hover:text-accent hover:underline"
      >
        {name}
      </Link>
      <StateBadges what="topic" brief {...state} />
      <LookupBadges topic={name} brief />
    </span>
  );
});

export const topicColumns: readonly Column<TopicRow>[] = [
  {
    id: "name",
    word: "topic",
    value: (row) => row.key,
    cell: (row) => (
      <TopicName name={row.key} paused={row.paused} ephemeral={row.ephemeral} durable={row.durable} />
    ),
  },
  flowColumns.depth,
  flowColumns.stored,
  flowColumns.inFlight,
  flowColumns.deferred,
  flowColumns.in,
  flowColumns.out,
  flowColumns.oldest,
  {
    id: "channels",
    numeric: true,
    priority: 3,
    value: (row) => row.channelCount,
    cell: (row) => <Num value={row.channelCount} />,
  },
  flowColumns.clients,
];

export const sparkColumn = "spark";

/** On the page of topics: also what can be chosen. */
export const allTopicColumns: readonly Column<TopicRow>[] = [
  ...topicColumns,
  {
    id: "nodes",
    numeric: true,
    priority: 3,
    value: (row) => row.nodes.length,
    cell: (row) => (
      <span title={row.nodes.join(", ")}>
        <Num value={row.nodes.length} />
      </span>
    ),
  },
  { id: sparkColumn, priority: 3, cell: (row) => <TopicSpark topic={row.key} /> },
  { ...flowColumns.memory, priority: 2, optional: true },
  ...moreFlowColumns,
  {
    id: "bytes",
    numeric: true,
    priority: 2,
    optional: true,
    value: (row) => row.messageBytes,
    cell: (row) => <Num value={row.messageBytes} as="bytes" />,
  },
];
