import Link from "next/link";
import type { Flow, TopicRow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import { StateBadges } from "../components/state-badges.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { flowColumns } from "./flow-columns.tsx";

export const topicColumns: readonly Column<TopicRow>[] = [
  {
    id: "name",
    header: "Topic",
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
    header: "Channels",
    numeric: true,
    priority: 3,
    value: (row) => row.channelCount,
    cell: (row) => <Num value={row.channelCount} />,
  },
  flowColumns.clients,
];

/** The row under the topics: sums, and the oldest of all. */
export function topicTotals(label: string, total: Flow, partial: boolean) {
  return {
    name: label,
    depth: <Num value={total.depth} partial={partial} />,
    stored: <Num value={total.storedDepth} partial={partial} />,
    inflight: <Num value={total.inFlight} partial={partial} />,
    deferred: <Num value={total.deferred} partial={partial} />,
    in: <Num value={total.inRate} as="rate" partial={partial} />,
    out: <Num value={total.outRate} as="rate" partial={partial} />,
    oldest: <Num value={total.oldestAgeMs} as="age" />,
    consumers: <Num value={total.clients} partial={partial} />,
  };
}
