import { expect, test } from "vitest";
import type { OperatorAction } from "../../../server/console/contract/index.ts";
import { isWanted, queryOf } from "./filters.ts";

const none = {
  actor: null,
  action: null,
  topic: null,
  channel: null,
  node: null,
  result: null,
  window: null,
};
const line = {
  ...{ seq: 1, atMs: 0, actorKind: "user", actor: "ana", address: null, session: null, requestId: null },
  ...{
    action: "pause-topic",
    topic: "orders",
    channel: null,
    node: null,
    object: null,
    before: null,
    after: null,
  },
  ...{ reason: null, result: "partly", perNode: [{ node: "n1:4151", ok: false, code: "x", tookMs: 1 }] },
} as OperatorAction;

test("[PE6] the page asks for what is looked for, and takes of what comes what belongs to it", () => {
  expect(queryOf(none, 0)).toBe("");
  expect(queryOf({ ...none, actor: "ana", topic: "a#ephemeral", window: "1h" }, 3_600_001)).toBe(
    "actor=ana&topic=a%23ephemeral&fromMs=1",
  );
  expect(isWanted(line, none)).toBe(true);
  expect(isWanted(line, { ...none, topic: "orders", result: "partly", node: "n1:4151" })).toBe(true);
  expect(isWanted(line, { ...none, node: "n2:4151" })).toBe(false);
  expect(isWanted(line, { ...none, actor: "bo" })).toBe(false);
});
