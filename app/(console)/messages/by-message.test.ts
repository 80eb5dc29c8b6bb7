import { expect, test } from "vitest";
import { type EventRow, idAfter } from "../../../server/console/contract/index.ts";
import { byMessage } from "./by-message.ts";

const row = (part: Partial<EventRow>): EventRow => ({
  ...{ atMs: 0, kind: "publish", id: "0000000100000000", count: 1, topic: "t", channel: null },
  ...{ attempts: null, delayMs: null, client: null, node: "n", epoch: null },
  ...part,
});

test("[W31] events are gathered by message, the newest first", () => {
  const { messages, left } = byMessage([
    row({ atMs: 9, kind: "finish", channel: "a", attempts: 3 }),
    row({ atMs: 8, kind: "timeout", channel: "b", attempts: 1 }),
    row({ atMs: 5, kind: "deliver", channel: "a", attempts: 1, count: 2 }),
    row({ atMs: 1, count: 2 }),
  ]);

  expect(left).toBe(0);
  expect(messages).toEqual([
    {
      ...{ id: "0000000100000000", topic: "t", channels: ["a", "b"], last: "finish" },
      ...{ lastAtMs: 9, firstAtMs: 1, events: 4, attempts: 3 },
    },
    {
      ...{ id: "0000000100000001", topic: "t", channels: ["a"], last: "deliver" },
      ...{ lastAtMs: 5, firstAtMs: 1, events: 2, attempts: 1 },
    },
  ]);
});

test("[W31] of a long run the first messages are named, and how many are not is said", () => {
  const { messages, left } = byMessage([row({ id: "00000001000000fe", count: 1_000 })]);

  expect([messages.length, left]).toEqual([100, 900]);
  expect(messages[2]!.id).toBe("0000000100000100");
  expect(idAfter("00000001ffffff00", 255)).toBe("00000001ffffffff");
});
