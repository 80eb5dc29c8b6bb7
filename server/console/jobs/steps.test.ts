import { expect, test } from "vitest";
import { unknownFlow } from "../collector/flow.ts";
import { joinedWith } from "../testing/joined.ts";
import { paceOf } from "./steps.ts";

const place = { topic: "orders", channel: "billing" };
const params = { state: "both", attemptsMin: 0, perSecond: 500 } as const;

test.each([
  ["a fifth of what goes out", 1_000, 200],
  ["what was asked for where that is less", 10_000, 500],
  ["a few where nothing goes out", 0, 10],
  ["a few where it is not known", null, 10],
])("[CJ7] a gentle job requeues %s", (_, outRate, expected) => {
  const topics = new Map([
    ["orders", joinedWith("orders", "billing", { flow: { ...unknownFlow, outRate } })],
  ]);

  expect(paceOf({ ...params, gentle: true }, place, { topics })).toBe(expected);
  expect(paceOf({ ...params, gentle: false }, place, { topics })).toBe(500);
});
