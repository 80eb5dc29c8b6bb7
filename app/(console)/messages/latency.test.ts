import { expect, test } from "vitest";
import type { EventRow } from "../../../server/console/contract/index.ts";
import { latenciesOf } from "./latency.ts";

const row = (kind: EventRow["kind"], id: string, atMs: number, count = 1): EventRow => ({
  ...{ kind, id, atMs, count, topic: "t", channel: kind === "publish" ? null : "c" },
  ...{ attempts: null, delayMs: null, client: null, node: "n", epoch: null },
});

test("[W31] an event tells how long after its publish it was, where that is among the rows", () => {
  const events = [
    row("finish", "0000000100000007", 90),
    row("finish", "0000000100000004", 80),
    row("deliver", "0000000200000004", 70, 3),
    row("deliver", "0000000100000007", 60),
    row("publish", "0000000100000005", 50, 3),
    row("publish", "0000000200000000", 40, 5),
    row("publish", "0000000100000008", 30, 9),
  ];

  expect(latenciesOf(events)).toEqual([40, null, 30, 10, null, null, null]);
  expect(latenciesOf([])).toEqual([]);
});
