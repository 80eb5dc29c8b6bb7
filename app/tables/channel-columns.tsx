import Link from "next/link";
import type { ChannelRow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import { StateBadges } from "../components/state-badges.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { flowColumns } from "./flow-columns.tsx";

/** The percentile that the nodes were asked for as the `at`th; there when it is chosen, where it is not known. */
function latency(at: number, quantile: number | undefined): Column<ChannelRow> {
  const value = (row: ChannelRow) => row.latency?.percentiles[at]?.ms ?? null;
  const header = percentile(quantile);
  return {
    id: `latency${at + 1}`,
    ...(header === undefined ? { optional: true } : { header }),
    numeric: true,
    priority: 4,
    value,
    cell: (row) => (
      <span title={percentile(row.latency?.percentiles[at]?.quantile)}>
        <Num value={value(row)} as="span" />
      </span>
    ),
  };
}

function percentile(quantile: number | undefined): string | undefined {
  return quantile === undefined ? undefined : `p${Number((quantile * 100).toFixed(2))}`;
}

/** Channels of one topic. `quantiles`: those that its nodes follow, with blanks between. */
export function channelColumns(topic: string, quantiles: string): readonly Column<ChannelRow>[] {
  const followed = quantiles === "" ? [] : quantiles.split(" ").map(Number);
  return [
    {
      id: "name",
      word: "channel",
      value: (row) => row.key,
      cell: (row) => (
        <span className="flex items-center gap-2">
          <Link
            prefetch={false}
            href={paths.channel(topic, row.key)}
            title={row.key}
            className="truncate font-mono hover:text-accent hover:underline"
          >
            {row.key}
          </Link>
          <StateBadges what="channel" brief paused={row.paused} ephemeral={row.ephemeral} />
        </span>
      ),
    },
    flowColumns.depth,
    { ...flowColumns.memory, priority: 4 },
    flowColumns.stored,
    flowColumns.inFlight,
    flowColumns.deferred,
    flowColumns.requeued,
    flowColumns.timedOut,
    { ...flowColumns.messages, priority: 4 },
    { ...flowColumns.finished, priority: 4 },
    flowColumns.out,
    flowColumns.oldest,
    flowColumns.clients,
    ...[0, 1, 2].map((at) => latency(at, followed[at])),
  ];
}
