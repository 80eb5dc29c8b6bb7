import { expect, test } from "vitest";
import type { Actor } from "../contract/index.ts";
import { findNames } from "./names.ts";

const admin: Actor = {
  ...{ kind: "user", name: "ada", role: "admin", rights: ["read"] },
  ...{ topics: ["*"], channels: ["*"] },
};
const collector = {
  topics: new Map(
    ["orders", "old.orders", "payments"].map((topic) => [topic, { channels: new Map([["billing", {}]]) }]),
  ),
  nodeRows: [{ key: "127.0.0.1:4151", hostname: "orders-host" }],
} as never;

test("[NM1] names are found by any part of them, those that begin with it first", () => {
  const found = findNames(collector, admin, " Orders ");

  expect(found.topics).toEqual(["orders", "old.orders"]);
  expect(found.nodes).toEqual([{ key: "127.0.0.1:4151", hostname: "orders-host" }]);
  expect(findNames(collector, admin, "payments/b").channels).toEqual([
    { topic: "payments", channel: "billing" },
  ]);
  expect(findNames(collector, admin, "  ").topics).toEqual([]);
});

test("[NM2] what somebody may not see is not found", () => {
  const narrow: Actor = { ...admin, topics: ["old.*"], channels: ["none"] };

  expect(findNames(collector, narrow, "orders")).toMatchObject({ topics: ["old.orders"], channels: [] });
});

test("[NM1] twenty of each kind are told, and how many are left out", () => {
  const many = {
    topics: new Map(Array.from({ length: 50 }, (_, at) => [`t${at}`, { channels: new Map() }])),
  };
  const found = findNames({ ...many, nodeRows: [] } as never, admin, "t");

  expect(found.topics).toHaveLength(20);
  expect(found.more).toBe(30);
});
