import { expect, test } from "vitest";
import { nsqdOptions } from "../cli/nsqd-options.ts";
import { brokerOptions } from "./node-settings.ts";

function isDurable(patterns: readonly string[], topic: string, said: boolean | null = null): boolean {
  const defaults = Object.fromEntries(Object.entries(nsqdOptions).map(([name, row]) => [name, row.default]));
  const options = { ...defaults, "durable-topics": patterns } as unknown as Parameters<
    typeof brokerOptions
  >[0];
  return brokerOptions(options, () => said).durability!.isDurable(topic);
}

test.each([
  [["invoices"], "invoices", true],
  [["invoices"], "invoices2", false],
  [["invoices.*"], "invoices.eu", true],
  [["invoices.*"], "invoicesXeu", false],
  [["*"], "anything-at_all.9", true],
  [["inv?ices"], "invoices", true],
  [["inv?ices"], "invices", false],
  [["a", "b*"], "bcd", true],
  [[], "invoices", false],
])("[DU6] of --durable-topics %j, %s: %s", (patterns, topic, expected) => {
  expect(isDurable(patterns, topic)).toBe(expected);
});

test("[CU8] what was said of a topic counts before the patterns", () => {
  expect(isDurable(["invoices"], "invoices", false)).toBe(false);
  expect(isDurable([], "invoices", true)).toBe(true);
});
