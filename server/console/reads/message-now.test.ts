import { expect, test } from "vitest";
import type { Actor, MessageNowView } from "../contract/index.ts";
import { nowFor } from "./message-now.ts";

const channel = (name: string) => ({
  ...{ channel: name, paused: false, state: "waiting", attempts: 0, ahead: 1, untilMs: null, client: null },
});
const view = {
  atMs: 1,
  nodes: [{ node: "n:1", state: "ok", limit: null, reason: null, total: 1 }],
  found: {
    ...{
      atMs: 1,
      topic: "orders",
      node: "n:1",
      inTopic: false,
      topicPaused: false,
      committed: null,
      cut: false,
    },
    channels: [channel("billing"), channel("audit")],
  },
} as MessageNowView;
const actor = (topics: string[], channels: string[]): Actor => ({
  ...{ kind: "user", name: "ada", role: "viewer", rights: ["read"], topics, channels },
});

test("[CW11] of a message whose topic is out of sight nothing is told, and no node says that it has it", () => {
  expect(nowFor(actor(["*"], ["*"]), view)).toBe(view);
  expect(nowFor(actor(["invoices"], ["*"]), view)).toMatchObject({ found: null, nodes: [{ total: null }] });
});

test("[CW11] of its channels those are told that are seen", () => {
  const { found } = nowFor(actor(["orders"], ["bill*"]), view);

  expect(found!.channels.map((one) => one.channel)).toEqual(["billing"]);
});
