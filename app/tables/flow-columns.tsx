import type { Flow } from "../../server/console/contract/index.ts";
import { Num } from "../components/number.tsx";
import type { Column } from "../components/table/column.ts";
import type { NumberFormat } from "../live/format.ts";

type Flowing = { readonly key: string; readonly flow: Flow };

function flowColumn(
  id: string,
  header: string,
  field: keyof Flow,
  priority: 1 | 2 | 3,
  more: { as?: NumberFormat; bad?: "up"; hint?: string } = {},
): Column<Flowing> {
  return {
    id,
    header,
    numeric: true,
    priority,
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    value: (row) => row.flow[field],
    cell: (row) => <Num value={row.flow[field]} as={more.as ?? "count"} bad={more.bad} />,
  };
}

/** The figures of a row's flow, each with its place on narrower screens. */
export const flowColumns = {
  depth: flowColumn("depth", "Waiting", "depth", 1, {
    bad: "up",
    hint: "Messages that wait to be handed out",
  }),
  stored: flowColumn("stored", "In store", "storedDepth", 3, {
    hint: "Of those waiting, the ones no longer in memory: in Postgres, or on disk",
  }),
  memory: flowColumn("memory", "In memory", "memoryDepth", 3, {
    hint: "Of those waiting, the ones in memory",
  }),
  inFlight: flowColumn("inflight", "In flight", "inFlight", 2, { hint: "Delivered, not yet finished" }),
  deferred: flowColumn("deferred", "Deferred", "deferred", 3, { hint: "Due later" }),
  in: flowColumn("in", "In /s", "inRate", 2, { as: "rate" }),
  out: flowColumn("out", "Out /s", "outRate", 2, { as: "rate", hint: "Deliveries, redeliveries included" }),
  oldest: flowColumn("oldest", "Oldest", "oldestAgeMs", 1, {
    as: "age",
    hint: "Age of the oldest message that waits or is held",
  }),
  messages: flowColumn("messages", "Messages", "messageCount", 3),
  finished: flowColumn("finished", "Finished", "finishCount", 3),
  requeued: flowColumn("requeued", "Requeued", "requeueCount", 2, { bad: "up" }),
  timedOut: flowColumn("timedout", "Timed out", "timeoutCount", 2, { bad: "up" }),
  clients: flowColumn("consumers", "Consumers", "clients", 1),
} as const;
