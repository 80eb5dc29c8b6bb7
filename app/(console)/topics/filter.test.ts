import { expect, test } from "vitest";
import type { TopicRow } from "../../../server/console/contract/index.ts";
import { filterTopics } from "./filter.ts";

const rows = [
  { key: "orders", paused: false, ephemeral: false, flow: { depth: 5, clients: 0 } },
  { key: "Orders.paid", paused: true, ephemeral: false, flow: { depth: 0, clients: 1 } },
  { key: "clicks", paused: false, ephemeral: false, flow: { depth: null, clients: null } },
] as unknown as TopicRow[];

const keys = (found: readonly TopicRow[]) => found.map((row) => row.key);

test("[W12] topics are found by name and state together", () => {
  expect(keys(filterTopics(rows, "ORDERS", []))).toEqual(["orders", "Orders.paid"]);
  expect(keys(filterTopics(rows, "", ["noconsumer", "backlog"]))).toEqual(["orders"]);
  expect(keys(filterTopics(rows, "orders", ["paused"]))).toEqual(["Orders.paid"]);
});

test("[W12] what is not known matches no state", () => {
  expect(keys(filterTopics(rows, "clicks", ["noconsumer"]))).toEqual([]);
});
