import Link from "next/link";
import type { ShareRow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import { Badge } from "../components/status.tsx";
import type { Column } from "../components/table/column.ts";
import { paths } from "../paths.ts";
import { useWords } from "../words/index.ts";
import { flowColumns } from "./flow-columns.tsx";

function Badges({ row: { paused, durable } }: { row: ShareRow }) {
  const t = useWords("topic");
  return (
    <>
      {paused && <Badge tone="paused">{t("badge.paused")}</Badge>}
      {durable && <Badge tone="info">{t("badge.durable")}</Badge>}
    </>
  );
}

/** A topic's or a channel's part on each node. */
export const shareColumns: readonly Column<ShareRow>[] = [
  {
    id: "name",
    word: "node",
    value: (row) => row.key,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Link href={paths.node(row.key)} className="truncate font-mono hover:text-accent hover:underline">
          {row.key}
        </Link>
        {row.hostname !== null && <span className="truncate text-12 text-muted">{row.hostname}</span>}
        <Badges row={row} />
      </span>
    ),
  },
  flowColumns.depth,
  { ...flowColumns.memory, priority: 4 },
  { ...flowColumns.stored, priority: 4 },
  flowColumns.inFlight,
  flowColumns.deferred,
  { ...flowColumns.requeued, priority: 3 },
  { ...flowColumns.timedOut, priority: 3 },
  { ...flowColumns.messages, priority: 4 },
  flowColumns.in,
  flowColumns.out,
  flowColumns.oldest,
  flowColumns.clients,
  {
    id: "age",
    numeric: true,
    priority: 3,
    value: (row) => row.ageMs,
    cell: (row) => <Num value={row.ageMs} as="age" />,
  },
];
