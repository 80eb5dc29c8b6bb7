import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { mpubBody, withBody } from "../testing/commands.ts";
import { uniqueTopic } from "../testing/names.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();
const messageBytesMax = 1_048_576;
const bodyBytesMax = 5_242_880;
const countMax = Math.floor((bodyBytesMax - 4) / 5);

test("[TP1] a body of max-msg-size is published whole, one byte more and an empty one are refused", async () => {
  const topic = uniqueTopic();
  const body = Buffer.alloc(messageBytesMax, "0123456789");
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 1 });

  client.pub(topic, body);
  await client.expectOk();
  expect((await client.nextMessage()).body.equals(body)).toBe(true);

  client.send(withBody(`PUB ${topic}`, "", messageBytesMax + 1));
  await client.expectFatal("E_BAD_MESSAGE PUB message too big 1048577 > 1048576");
  await using empty = await connect(node.tcpPort);
  empty.pub(topic, "");
  await empty.expectFatal("E_BAD_MESSAGE PUB invalid message body size 0");
});

test("[TP2] MPUB of a thousand messages is a thousand messages with ids of their own", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 1_000 });

  client.mpub(
    topic,
    Array.from({ length: 1_000 }, (_, index) => `${index}`),
  );
  await client.expectOk();
  const messages = await client.messages(1_000);

  expect(new Set(messages.map(({ id }) => id)).size).toBe(1_000);
  expect(messages.map(({ body }) => Number(body))).toEqual(
    Array.from({ length: 1_000 }, (_, index) => index),
  );
});

test.each([0, -1, countMax + 1])("[TP3] MPUB with a count of %d is refused", async (count) => {
  await using client = await connect(node.tcpPort);

  client.send(withBody(`MPUB ${uniqueTopic()}`, mpubBody(["x"], count)));

  await client.expectFatal(`E_BAD_BODY MPUB invalid message count ${count}`);
});

test("[TP4] an empty message in an MPUB is named in the error, and none is published", async () => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.mpub(topic, ["a", "b", "", "d"]);

  await client.expectFatal("E_BAD_MESSAGE MPUB invalid message(2) body size 0");
  // nsqd makes the topic before it looks at the messages.
  expect(await node.topic(topic)).toMatchObject({ depth: 0, message_count: 0 });
});

test("[TP5] the error for a topic name in an MPUB has its code twice", async () => {
  await using client = await connect(node.tcpPort);

  client.mpub("no!", ["x"]);

  await client.expectFatal('E_BAD_TOPIC E_BAD_TOPIC MPUB topic name "no!" is not valid');
});

test("[TP6] DPUB 0 is delivered at once, DPUB 500 not before 500 ms", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 2 });
  const startMs = performance.now();

  client.dpub(topic, 500, "later");
  client.dpub(topic, 0, "now");
  await client.expectOk(2);
  const now = await client.nextMessage();
  const nowMs = performance.now() - startMs;
  const later = await client.nextMessage();
  const laterMs = performance.now() - startMs;

  expect([now.body.toString(), later.body.toString()]).toEqual(["now", "later"]);
  expect(nowMs).toBeLessThan(450);
  expect(laterMs).toBeGreaterThanOrEqual(490);
  expect(laterMs).toBeLessThan(1_500);
  expect(later.attempts).toBe(1);
});

test("[TP6] DPUB of exactly max-req-timeout is accepted and waits", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 1 });

  client.dpub(topic, 3_600_000, "in an hour");

  await client.expectOk();
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, deferred_count: 1, message_count: 1 });
});

test.each([
  ["3600001", "E_INVALID DPUB timeout 3600001 out of range 0-3600000"],
  ["-1", "E_INVALID DPUB could not parse timeout -1"],
  ["x", "E_INVALID DPUB could not parse timeout x"],
])("[TP6] DPUB %s is refused", async (delay, error) => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.dpub(topic, delay, "x");

  await client.expectFatal(error);
  expect(await node.hasTopic(topic)).toBe(false);
});

test.each([
  ["PUB", 0],
  ["PUB", messageBytesMax + 1],
  ["DPUB", 0],
])("[TP7] a %s with a length of %d does not make the topic", async (verb, length) => {
  const topic = uniqueTopic();
  await using client = await connect(node.tcpPort);

  client.send(withBody(`${verb} ${topic}${verb === "DPUB" ? " 1" : ""}`, "", length));

  expect((await client.nextFrame()).type).toBe("error");
  await client.expectClose();
  expect(await node.hasTopic(topic)).toBe(false);
});
