import Link from "next/link";
import type { TopicRow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import { StateBadges } from "../components/state-badges.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { flowColumns, moreFlowColumns } from "./flow-columns.tsx";

export const topicColumns: readonly Column<TopicRow>[] = [
  {
    id: "name",
    word: "topic",
    value: (row) => row.key,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Link
          prefetch={false}
          href={paths.topic(row.key)}
          title={row.key}
          className="truncate font-mono hover:text-accent hover:underline"
        >
          {row.key}
        </Link>
        <StateBadges what="topic" paused={row.paused} ephemeral={row.ephemeral} durable={row.durable} />
      </span>
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
