import Link from "next/link";
import type { ChannelRow } from "../../server/console/contract/index.ts";
import { StateBadges } from "../components/state-badges.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { flowColumns } from "./flow-columns.tsx";

/** Channels of one topic. */
export function channelColumns(topic: string): readonly Column<ChannelRow>[] {
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
          <StateBadges what="channel" paused={row.paused} ephemeral={row.ephemeral} />
        </span>
      ),
    },
    flowColumns.depth,
    flowColumns.memory,
    flowColumns.stored,
    flowColumns.inFlight,
    flowColumns.deferred,
    flowColumns.requeued,
    flowColumns.timedOut,
    flowColumns.messages,
    flowColumns.finished,
    flowColumns.out,
    flowColumns.oldest,
    flowColumns.clients,
  ];
}
