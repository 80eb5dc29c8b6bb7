import { expect, test } from "vitest";
import { readSent, type Sent, sentMax, withSent } from "./history.ts";

const sent: Sent = {
  ...{ atMs: 1, topic: "t", encoding: "text", count: 1, deferMs: 0, bytes: 1, answer: "OK" },
  ...{ isAccepted: true, node: "n:1", messages: 1, tookMs: 2, dueAtMs: null, durable: true },
  messageId: "0001000300000000",
  ...{ message: "", body: "secret" },
};

test("[W32] the last twenty are kept, and a body only where somebody said so", () => {
  let list: readonly Sent[] = [];
  for (let at = 0; at < 25; at++) list = withSent(list, { ...sent, atMs: at }, at === 24);

  expect(list).toHaveLength(sentMax);
  expect(list[0]).toMatchObject({ atMs: 24, body: "secret" });
  expect(list.slice(1).every(({ body }) => body === null)).toBe(true);
  expect(withSent([], { ...sent, body: "x".repeat(20_000) }, true)[0]!.body).toBeNull();
});

test("[W32] what was kept is read back, and nothing that is not of that kind", () => {
  const list = [
    sent,
    { ...sent, encoding: "gzip" },
    null,
    { topic: "t" },
    { ...sent, body: 7 },
    { ...sent, messageId: "../x" },
    { ...sent, again: 1 },
  ];

  expect(readSent(JSON.stringify(list))).toEqual([sent]);
  expect(readSent("{")).toEqual([]);
  expect(readSent("{}")).toEqual([]);
  expect(readSent(null)).toEqual([]);
});
