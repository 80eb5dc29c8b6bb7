import { expect, test } from "vitest";
import type { LastAction } from "../../../server/console/contract/index.ts";
import { liveMarks } from "./live-marks.ts";

const act = (atMs: number, action: string): LastAction => ({
  ...{ seq: null, atMs, actor: "ada", action, reason: null, result: "ok" },
});
const series = (...clients: readonly (number | null)[]) => ({
  stepMs: 1_000,
  metrics: ["inRate", "clients"],
  points: clients.map((count, at) => ({ atMs: 1_000_000 + at * 1_000, values: [0, count] })),
});

test("[HY1] in the last five minutes a queue's consumers and what was done to it are marked, oldest first", () => {
  const acts = [
    act(1_002_500, "unpause-channel"),
    act(1_000_500, "pause-channel"),
    act(600_000, "empty-channel"),
  ];

  expect(liveMarks("channel:orders/billing", series(2, 2, 3, 3), acts)).toMatchObject([
    { kind: "action", action: "pause-channel", topic: "orders", channel: "billing" },
    { kind: "consumers", atMs: 1_002_000, before: 2, after: 3 },
    { kind: "action", action: "unpause-channel" },
  ]);
  expect(liveMarks("topic:orders", series(), [act(1, "pause-topic")])).toMatchObject([{ channel: null }]);
  expect(liveMarks("overview", series(1, 2), acts)).toBeNull();
  expect(liveMarks("node:127.0.0.1:4151", series(1, 2), acts)).toBeNull();
});
