import type {
  Flow,
  NodeClientRow,
  NodeClientsView,
  NodeView,
  TopicRow,
} from "../../../../server/console/contract/index.ts";
import type { NumberFormat } from "../../../live/format.ts";

interface Row {
  /** `orders`, `orders/billing`, `orders/billing 127.0.0.1:5000`. */
  readonly key: string;
  readonly level: 1 | 2 | 3;
  readonly name: string;
}

export type TreeRow =
  | (Row & {
      readonly kind: "topic";
      readonly paused: boolean;
      readonly ephemeral: boolean;
      readonly durable: TopicRow["durable"];
      readonly flow: Flow;
    })
  | (Row & {
      readonly kind: "channel";
      readonly topic: string;
      readonly paused: boolean;
      readonly ephemeral: boolean;
      readonly flow: Flow;
    })
  | (Row & { readonly kind: "client"; readonly address: string; readonly client: NodeClientRow })
  | (Row & { readonly kind: "note"; readonly note: "no-channels" | "no-clients" | "no-client-list" });

/** Topics with most waiting first, and under those that are open their channels, by name. */
export function treeRows({ topics, channels }: NodeView, open: ReadonlySet<string>): readonly TreeRow[] {
  const byDepth = topics.toSorted(
    (one, other) => (other.flow.depth ?? -1) - (one.flow.depth ?? -1) || (one.key < other.key ? -1 : 1),
  );
  const ofTopic = Map.groupBy(channels, ({ topic }) => topic);
  return byDepth.flatMap((topic): readonly TreeRow[] => {
    const { key, paused, ephemeral, durable, flow } = topic;
    const row = { kind: "topic", level: 1, key, name: key, paused, ephemeral, durable, flow } as const;
    if (!open.has(key)) return [row];
    const below = (ofTopic.get(key) ?? []).toSorted((one, other) => (one.channel < other.channel ? -1 : 1));
    if (below.length === 0)
      return [row, { kind: "note", level: 2, key: `${key}/`, name: "", note: "no-channels" }];
    return [
      row,
      ...below.map(
        (channel): TreeRow => ({
          ...({ kind: "channel", level: 2, key: channel.key, name: channel.channel, topic: key } as const),
          ...{ paused: channel.paused, ephemeral: channel.ephemeral, flow: channel.flow },
        }),
      ),
    ];
  });
}

/** Who consumes a channel that is open; nothing under any other row, nor while nobody has said. */
export function leavesOf(
  row: TreeRow,
  open: ReadonlySet<string>,
  view: NodeClientsView | null,
): readonly TreeRow[] {
  if (row.kind !== "channel" || !open.has(row.key) || view === null) return [];
  const note = (note: "no-clients" | "no-client-list") =>
    [{ kind: "note", level: 3, key: `${row.key} `, name: "", note }] as const;
  if (view.read.state !== "ok") return note("no-client-list");
  const clients = view.rows.filter(({ topic, channel }) => topic === row.topic && channel === row.name);
  if (clients.length === 0) return note("no-clients");
  return clients.map(
    (client): TreeRow => ({
      ...({ kind: "client", level: 3, key: `${row.key} ${client.key}` } as const),
      ...{ name: client.clientId, address: client.address, client },
    }),
  );
}

type FigureId = "depth" | "inflight" | "deferred" | "requeued" | "timedout" | "in" | "out" | "consumers";
interface Figure {
  readonly id: FigureId;
  readonly as: NumberFormat;
  readonly priority: 1 | 2 | 3;
  readonly value: (row: Exclude<TreeRow, { kind: "note" }>) => number | null;
}

function figure(
  id: FigureId,
  priority: 1 | 2 | 3,
  field: keyof Flow,
  client: (row: NodeClientRow) => number | null = () => null,
  as: NumberFormat = "count",
): Figure {
  return { id, as, priority, value: (row) => (row.kind === "client" ? client(row.client) : row.flow[field]) };
}

export const figures: readonly Figure[] = [
  figure("depth", 1, "depth"),
  figure("inflight", 1, "inFlight", ({ inFlight }) => inFlight),
  figure("deferred", 3, "deferred"),
  figure("requeued", 2, "requeueCount", ({ requeueCount }) => requeueCount),
  figure("timedout", 2, "timeoutCount"),
  figure("in", 2, "inRate", undefined, "rate"),
  figure("out", 3, "outRate", undefined, "rate"),
  figure("consumers", 2, "clients"),
];
