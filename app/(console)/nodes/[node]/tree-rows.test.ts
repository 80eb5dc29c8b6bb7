import { expect, test } from "vitest";
import type { Flow, NodeClientsView, NodeView } from "../../../../server/console/contract/index.ts";
import { leavesOf, treeRows } from "./tree-rows.ts";

const flow = (depth: number) => ({ depth }) as Flow;
const data = {
  topics: [
    { key: "quiet", flow: flow(0) },
    { key: "orders", flow: flow(9) },
  ],
  channels: [
    { key: "orders/b", topic: "orders", channel: "b", flow: flow(4) },
    { key: "orders/a", topic: "orders", channel: "a", flow: flow(5) },
  ],
} as unknown as NodeView;
const clients = (state: "ok" | "cannot") =>
  ({
    read: { state },
    rows: state === "ok" ? [{ key: "1:1", clientId: "worker", topic: "orders", channel: "a" }] : [],
  }) as unknown as NodeClientsView;

test("[CW3] a node's tree has its topics by depth, and below an open one its channels", () => {
  expect(treeRows(data, new Set()).map(({ key }) => key)).toEqual(["orders", "quiet"]);
  expect(treeRows(data, new Set(["orders", "quiet"])).map(({ key, level }) => [key, level])).toEqual([
    ["orders", 1],
    ["orders/a", 2],
    ["orders/b", 2],
    ["quiet", 1],
    ["quiet/", 2],
  ]);
});

test("[CW3] below an open channel are its consumers, or why there are none to see", () => {
  const open = new Set(["orders", "orders/a", "orders/b"]);
  const [, a, b] = treeRows(data, open);

  expect(leavesOf(a!, open, clients("ok"))).toMatchObject([{ kind: "client", name: "worker" }]);
  expect(leavesOf(b!, open, clients("ok"))).toMatchObject([{ kind: "note", note: "no-clients" }]);
  expect(leavesOf(a!, open, clients("cannot"))).toMatchObject([{ kind: "note", note: "no-client-list" }]);
  expect(leavesOf(a!, new Set(["orders"]), clients("ok"))).toEqual([]);
});
