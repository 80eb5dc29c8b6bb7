import Link from "next/link";
import type { TopicRow } from "../../server/console/contract/index.ts";
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
export function topicTotals(label: string, sums: Readonly<Record<string, number | null>>, partial: boolean) {
  return {
    name: label,
    depth: <Num value={sums["depth"]!} partial={partial} />,
    stored: <Num value={sums["stored"]!} partial={partial} />,
    inflight: <Num value={sums["inflight"]!} partial={partial} />,
    deferred: <Num value={sums["deferred"]!} partial={partial} />,
    in: <Num value={sums["in"]!} as="rate" partial={partial} />,
    out: <Num value={sums["out"]!} as="rate" partial={partial} />,
    oldest: <Num value={sums["oldest"]!} as="age" />,
    consumers: <Num value={sums["consumers"]!} partial={partial} />,
  };
}
