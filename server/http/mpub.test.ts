import { expect, test } from "vitest";
import type { TapReader } from "../broker/tap.ts";
import { eventually } from "../testing/eventually.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { LongestTurn } from "../testing/longest-turn.ts";

/** Bodies in the order in which the topic got them. */
function watch(server: TestServer, topic: string): string[] {
  const bodies: string[] = [];
  const reader: TapReader = {
    show: (frame) => bodies.push(Buffer.from(frame).toString("latin1", 34)) > 0,
    skip: () => {},
    end: () => {},
  };
  server.broker.ensureTopic(topic).tap(reader);
  return bodies;
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
const item = (body: string) => Buffer.concat([int(body.length), Buffer.from(body, "latin1")]);

test.each([
  ["one", ["one"]],
  ["one\ntwo", ["one", "two"]],
  ["one\ntwo\n", ["one", "two"]],
  ["\n\none\n\n\ntwo\n\n", ["one", "two"]],
  ["one\r\ntwo\r\n", ["one\r", "two\r"]],
  ["a b\tc\n\0", ["a b\tc", "\0"]],
  ["", []],
  ["\n\n\n", []],
])("[HT6] the lines of %j are messages, the empty ones not", async (body, messages) => {
  await using server = await startServer();
  const seen = watch(server, "t");

  const reply = await server.post("/mpub?topic=t", body);

  expect(reply.text).toBe("OK");
  await eventually(() => expect(seen).toEqual(messages));
  expect(server.broker.topics.get("t")!.messageCount).toBe(messages.length);
});

test.each([
  ["", false],
  ["&binary=false", false],
  ["&binary=0", false],
  ["&binary=true", true],
  ["&binary=1", true],
  ["&binary=yes", true],
  ["&binary=", true],
  ["&binary", true],
  ["&binary=False", true],
  ["&binary=0&binary=1", false],
])("[HT6] /mpub?topic=t%s reads a counted body: %s", async (query, binary) => {
  await using server = await startServer();

  await server.post(`/mpub?topic=t${query}`, Buffer.concat([int(2), item("one"), item("two")]));

  // As lines, these bytes are one message.
  expect(server.broker.topics.get("t")!.messageCount).toBe(binary ? 2 : 1);
  const odd =
    !["", "true", "1", "false", "0"].includes(query.replace("&binary=", "")) || query === "&binary=";
  expect(server.logged.some((line) => line.startsWith("warn deprecated value"))).toBe(binary && odd);
});

test("[HT6] defer does nothing here", async () => {
  await using server = await startServer();

  const reply = await server.post("/mpub?topic=t&defer=nonsense", "x");

  expect(reply.text).toBe("OK");
  expect(server.broker.topics.get("t")!.depth).toBe(1);
});

test.each([
  ["no count", Buffer.alloc(0), "BAD_BODY"],
  ["half a count", Buffer.alloc(3), "BAD_BODY"],
  ["a count of 0", int(0), "BAD_BODY"],
  ["a negative count", int(-1), "BAD_BODY"],
  ["a count that cannot fit", int(200), "BAD_BODY"],
  ["the greatest count", int(2 ** 31 - 1), "BAD_BODY"],
  ["fewer messages than counted", Buffer.concat([int(2), item("one")]), "BAD_MESSAGE"],
  ["half a length", Buffer.concat([int(1), Buffer.alloc(2)]), "BAD_MESSAGE"],
  ["a length of 0", Buffer.concat([int(1), int(0)]), "BAD_MESSAGE"],
  ["a negative length", Buffer.concat([int(1), int(-5), Buffer.from("xxxxx")]), "BAD_MESSAGE"],
  ["half a message", Buffer.concat([int(1), int(5), Buffer.from("xxxx")]), "BAD_MESSAGE"],
  ["a message too big", Buffer.concat([int(2), item("ok"), item("x".repeat(101))]), "BAD_MESSAGE"],
])("[HT7] %s is 413 and publishes nothing", async (_, body, word) => {
  await using server = await startServer({ options: { "max-msg-size": 100, "max-body-size": 1_000 } });

  const reply = await server.post("/mpub?topic=t&binary=true", body);

  expect([reply.status, reply.text]).toEqual([413, `{"message":"${word}"}`]);
  expect(server.broker.topics.get("t")!.messageCount).toBe(0);
});

test("[HT7] bytes after the last message are ignored", async () => {
  await using server = await startServer();

  const reply = await server.post("/mpub?topic=t&binary=1", Buffer.concat([int(1), item("one"), int(7)]));

  expect(reply.text).toBe("OK");
  expect(server.broker.topics.get("t")!.messageCount).toBe(1);
});

test("[HX6] a million tiny messages are published in slices", async () => {
  await using server = await startServer({ memBytes: 256 * 2 ** 20 });
  const messages = 1_000_000;
  const body = Buffer.alloc(2 * messages, "x\n");
  await server.post("/pub?topic=warm", "x");
  const turns = new LongestTurn();

  const reply = await server.post("/mpub?topic=t", body);

  // At once they take more than 100 ms.
  expect(turns.stop()).toBeLessThan(25);
  expect(reply.text).toBe("OK");
  expect(server.broker.topics.get("t")!.messageCount).toBe(messages);
});
