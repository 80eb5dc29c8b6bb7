import type { Flow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import type { Column } from "../components/table/column.ts";
import type { NumberFormat } from "../live/format.ts";

type Flowing = { readonly key: string; readonly flow: Flow };

function flowColumn(
  id: string,
  field: keyof Flow,
  priority: 1 | 2 | 3,
  more: { as?: NumberFormat; bad?: "up"; optional?: true } = {},
): Column<Flowing> {
  return {
    id,
    numeric: true,
    priority,
    ...(more.optional && { optional: true }),
    value: (row) => row.flow[field],
    cell: (row) => <Num value={row.flow[field]} as={more.as ?? "count"} bad={more.bad} />,
  };
}

/** The figures of a row's flow, each with its place on narrower screens. */
export const flowColumns = {
  depth: flowColumn("depth", "depth", 1, { bad: "up" }),
  stored: flowColumn("stored", "storedDepth", 3),
  memory: flowColumn("memory", "memoryDepth", 3),
  inFlight: flowColumn("inflight", "inFlight", 2),
  deferred: flowColumn("deferred", "deferred", 3),
  in: flowColumn("in", "inRate", 2, { as: "rate" }),
  out: flowColumn("out", "outRate", 2, { as: "rate" }),
  oldest: flowColumn("oldest", "oldestAgeMs", 1, { as: "age" }),
  messages: flowColumn("messages", "messageCount", 3),
  finished: flowColumn("finished", "finishCount", 3),
  requeued: flowColumn("requeued", "requeueCount", 2, { bad: "up" }),
  timedOut: flowColumn("timedout", "timeoutCount", 2, { bad: "up" }),
  clients: flowColumn("consumers", "clients", 1),
} as const;

/** Those that are there when they are chosen. */
export const moreFlowColumns = [
  flowColumn("finish", "finishRate", 2, { as: "rate", optional: true }),
  flowColumn("requeue", "requeueRate", 2, { as: "rate", bad: "up", optional: true }),
  flowColumn("timeout", "timeoutRate", 2, { as: "rate", bad: "up", optional: true }),
  flowColumn("messages", "messageCount", 2, { optional: true }),
  flowColumn("delivered", "deliverCount", 2, { optional: true }),
  flowColumn("finished", "finishCount", 2, { optional: true }),
  flowColumn("requeued", "requeueCount", 2, { bad: "up", optional: true }),
  flowColumn("timedout", "timeoutCount", 2, { bad: "up", optional: true }),
] as const;
