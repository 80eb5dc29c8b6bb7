import { expect, test } from "vitest";
import type { StatusView } from "../../server/console/contract/index.ts";
import { summary } from "./summary.ts";

function status(state: "up" | "down"): StatusView {
  return { database: { state } } as unknown as StatusView;
}

test("[W9] what changed is also told in words, the gravest first", () => {
  expect(summary(status("up"), false)).toEqual(["problems"]);
  expect(summary(status("down"), false)).toEqual(["database", "problems"]);
  expect(summary(status("down"), true)).toEqual(["stale", "database", "problems"]);
});
