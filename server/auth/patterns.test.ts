import { describe, expect, test } from "vitest";
import { compilePattern } from "./patterns.ts";

test("[AU1] a pattern finds a part of a name, or matches the whole, as it is asked", () => {
  const pattern = compilePattern("orders")!;

  expect(pattern.finds("all-orders-secret")).toBe(true);
  expect(pattern.matches("all-orders-secret")).toBe(false);
  expect(pattern.matches("orders")).toBe(true);
});

test.each([
  ["orders|", "anything", false],
  ["orders|invoices", "invoices", true],
  ["^orders$", "orders", true],
  ["(?i)ORDERS", "orders", true],
  [".*", "", true],
  ["", "x", false],
])("[AU1] the whole of a name: %j on %j is %s", (text, name, isMatched) => {
  expect(compilePattern(text)!.matches(name)).toBe(isMatched);
});

describe("[AU2] whatever a pattern is, a name is judged in linear time", () => {
  test.each([
    "(a*)*b",
    "(a|aa)+$",
    "(a|a?)+b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    `${"a?".repeat(60)}${"a".repeat(60)}`,
  ])("%j", (text) => {
    const pattern = compilePattern(text)!;
    const name = `${"a".repeat(63)}!`;
    const begunMs = performance.now();

    for (let i = 0; i < 100; i++) {
      pattern.finds(name);
      pattern.matches(name);
    }

    // An engine that goes back would not be done by the end of the day.
    expect(performance.now() - begunMs).toBeLessThan(1_000);
  });
});

describe("[AU3] what a pattern may take is bounded before it is compiled", () => {
  test.each([
    "a".repeat(1_025),
    `(${"a".repeat(900)}){1000}`,
    "[a-z]{0,1000}".repeat(70),
    "(".repeat(1_000) + ")".repeat(1_000),
    "(((a{100}){100}){100})",
    "((((((a{10}){10}){10}){10}){10}){10})",
  ])("%.30s", (text) => {
    const begunMs = performance.now();

    expect(compilePattern(text)).toBeNull();

    expect(performance.now() - begunMs).toBeLessThan(200);
  });

  test.each(["^invoices\\.[a-z]{1,32}\\.[a-z0-9-]{1,64}$", "^(eu|us)-[0-9]{1,3}$", ".{1,64}"])(
    "and leaves room for what is needed: %j",
    (text) => {
      expect(compilePattern(text)).not.toBeNull();
    },
  );
});

test("[AU3] patterns that are kept are bounded together", () => {
  const before = process.memoryUsage().heapUsed;

  for (let i = 0; i < 3_000; i++) compilePattern(`^topic-${i}-[a-z]{1,100}$`);

  expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * 2 ** 20);
});
