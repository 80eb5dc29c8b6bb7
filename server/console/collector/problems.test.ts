import { expect, test } from "vitest";
import { joinedWith } from "../testing/joined.ts";
import { Problems } from "./problems.ts";

function inputWith(poison: number | null, atMs: number): Parameters<Problems["update"]>[0] {
  return {
    ...{ nodes: [], lookups: [], database: { state: "up", sinceMs: 0, reason: null }, atMs },
    topics: new Map([["orders", joinedWith("orders", "billing", { poison })]]),
    channelRing: () => undefined,
  };
}

test("[CN6] messages that come again and again are a problem of their channel, for as long as there are any", () => {
  const problems = new Problems();
  problems.update(inputWith(2, 1_000));
  expect(problems.active, "it may be over in a moment").toEqual([]);

  problems.update(inputWith(3, 7_000));
  expect(problems.active).toMatchObject([
    {
      ...{ rule: "poison", topic: "orders", channel: "billing", sinceMs: 1_000 },
      message: "orders/billing: 3 delivered more than 5 times and not finished",
    },
  ]);
  problems.update(inputWith(0, 8_000));
  expect(problems.active).toEqual([]);
  problems.update(inputWith(null, 9_000));
  expect(problems.active, "a node that does not say is no problem").toEqual([]);
});
