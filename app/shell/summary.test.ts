import { expect, test } from "vitest";
import type { StatusView } from "../../server/console/contract/index.ts";
import { summary } from "./summary.ts";

function status(state: "up" | "down", problems: number): StatusView {
  return { database: { state }, problems: Array.from({ length: problems }) } as unknown as StatusView;
}

test("[W9] what changed is also told in words, without figures that tick", () => {
  expect(summary(status("up", 0), false)).toBe("No problems.");
  expect(summary(status("down", 2), false)).toBe("Postgres is away. 2 problems.");
  expect(summary(status("up", 1), true)).toBe("Disconnected: the numbers are old. 1 problem.");
});
