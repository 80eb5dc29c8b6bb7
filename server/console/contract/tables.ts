/** The columns of the long tables: what each is sorted by, and what stands under it. */
import type { Flow } from "./figures.ts";
import type { ChannelRow, ClientRow, TopicRow } from "./views.ts";

export interface TableColumn<Row> {
  /** null is not known, and goes last whichever way it is sorted. */
  readonly value: (row: Row) => string | number | null;
  /** What stands under the column; none: nothing that could be added up. */
  readonly foot?: "sum" | "max";
  /** The figure of the row's flow that it is. */
  readonly field?: keyof Flow;
}

export interface Table<Row> {
  readonly columns: Readonly<Record<string, TableColumn<Row>>>;
  readonly states: Readonly<Record<string, (row: Row) => boolean>>;
  /** Whether it is from nodes that answer: sums are over those, or over all when there are none. */
  readonly heard?: (row: Row) => boolean;
  /** What `q` looks in. */
  readonly text: (row: Row) => string;
}

type Flowing = { readonly flow: Flow };

function figure(field: keyof Flow, foot: "sum" | "max" = "sum") {
  return { value: (row: Flowing) => row.flow[field], foot, field } as const;
}

const flowColumns = {
  depth: figure("depth"),
  memory: figure("memoryDepth"),
  stored: figure("storedDepth"),
  inflight: figure("inFlight"),
  deferred: figure("deferred"),
  in: figure("inRate"),
  out: figure("outRate"),
  finish: figure("finishRate"),
  requeue: figure("requeueRate"),
  timeout: figure("timeoutRate"),
  messages: figure("messageCount"),
  delivered: figure("deliverCount"),
  finished: figure("finishCount"),
  requeued: figure("requeueCount"),
  timedout: figure("timeoutCount"),
  consumers: figure("clients"),
  oldest: figure("oldestAgeMs", "max"),
} as const satisfies Readonly<Record<string, TableColumn<Flowing>>>;

interface Queue extends Flowing {
  readonly paused: boolean;
  readonly ephemeral: boolean;
}

const queueStates = {
  paused: (row: Queue) => row.paused,
  backlog: (row: Queue) => (row.flow.depth ?? 0) > 0,
  noconsumer: (row: Queue) => row.flow.clients === 0,
  ephemeral: (row: Queue) => row.ephemeral,
} as const;

const topics = {
  text: (row: TopicRow) => row.key,
  heard: (row: TopicRow) => row.heard,
  states: { ...queueStates, durable: (row: TopicRow) => row.durable !== "none" },
  columns: {
    ...flowColumns,
    name: { value: (row: TopicRow) => row.key },
    channels: { value: (row: TopicRow) => row.channelCount, foot: "sum" },
    nodes: { value: (row: TopicRow) => row.nodes.length },
    bytes: { value: (row: TopicRow) => row.messageBytes, foot: "sum" },
  },
} as const satisfies Table<TopicRow>;

/** The percentile that was asked for as the `at`th. */
function latency(at: number): TableColumn<ChannelRow> {
  return { value: (row) => row.latency?.percentiles[at]?.ms ?? null, foot: "max" };
}

const channels = {
  text: (row: ChannelRow) => row.key,
  heard: (row: ChannelRow) => row.heard,
  states: queueStates,
  columns: {
    ...flowColumns,
    name: { value: (row: ChannelRow) => row.key },
    nodes: { value: (row: ChannelRow) => row.nodes.length },
    latency1: latency(0),
    latency2: latency(1),
    latency3: latency(2),
  },
} as const satisfies Table<ChannelRow>;

const clients = {
  text: (row: ClientRow) => `${row.clientId} ${row.hostname} ${row.address} ${row.userAgent} ${row.node}`,
  states: {
    notready: (row: ClientRow) => row.readyCount === 0,
    holding: (row: ClientRow) => row.inFlight > 0,
    sampled: (row: ClientRow) => row.sampleRate > 0,
  },
  columns: {
    name: { value: (row: ClientRow) => row.clientId },
    host: { value: (row: ClientRow) => row.hostname },
    address: { value: (row: ClientRow) => row.address },
    agent: { value: (row: ClientRow) => row.userAgent },
    node: { value: (row: ClientRow) => row.node },
    ready: { value: (row: ClientRow) => row.readyCount, foot: "sum" },
    inflight: { value: (row: ClientRow) => row.inFlight, foot: "sum" },
    messages: { value: (row: ClientRow) => row.messageCount, foot: "sum" },
    finished: { value: (row: ClientRow) => row.finishCount, foot: "sum" },
    requeued: { value: (row: ClientRow) => row.requeueCount, foot: "sum" },
    timeouts: { value: (row: ClientRow) => row.timeoutCount, foot: "sum" },
    finish: { value: (row: ClientRow) => row.finishRate, foot: "sum" },
    connected: { value: (row: ClientRow) => row.connectedAtMs },
  },
} as const satisfies Table<ClientRow>;

export const tables = { topics, channels, clients } as const;
export type TableName = keyof typeof tables;
export type TableRow<T extends TableName> = T extends "topics"
  ? TopicRow
  : T extends "channels"
    ? ChannelRow
    : ClientRow;

export interface Sort {
  readonly id: string;
  readonly desc: boolean;
}

/** `-depth,name` taken apart. */
export function parseSort(text: string): readonly Sort[] {
  return text
    .split(",")
    .filter((part) => part !== "" && part !== "-")
    .map((part) => (part.startsWith("-") ? { id: part.slice(1), desc: true } : { id: part, desc: false }));
}

export function printSort(sorts: readonly Sort[]): string {
  return sorts.map(({ id, desc }) => (desc ? `-${id}` : id)).join(",");
}
