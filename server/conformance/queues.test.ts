/** What a topic and its channels hold, hand out, and forget. */
import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import type { Message } from "../testing/frames.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode, type TestNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();
const second = { msg_timeout: 1_000 };
const texts = (messages: Message[]) => messages.map(({ body }) => body.toString());

async function publish(topic: string, bodies: string[], to: TestNode = node): Promise<void> {
  await using producer = await connect(to.tcpPort);
  for (const body of bodies) producer.pub(topic, body);
  await producer.expectOk(bodies.length);
}

async function createChannel(topic: string, channel = "c", at: TestNode = node): Promise<void> {
  await at.act(`/topic/create?topic=${topic}`);
  await at.act(`/channel/create?topic=${topic}&channel=${encodeURIComponent(channel)}`);
}

test("[MS1] what is published before any channel waits in the topic, and goes to the first channel", async () => {
  const topic = uniqueTopic();

  await publish(topic, ["a", "b", "c"]);
  expect(await node.topic(topic)).toMatchObject({ depth: 3, message_count: 3, channels: [] });
  await using client = await subscribe(node.tcpPort, topic, "first", { rdy: 3 });

  expect(texts(await client.messages(3))).toEqual(["a", "b", "c"]);
  expect(await node.topic(topic)).toMatchObject({ depth: 0 });
  expect(await node.channel(topic, "first")).toMatchObject({ message_count: 3 });
});

test("[MS2] a channel made later gets only later messages", async () => {
  const topic = uniqueTopic();
  await createChannel(topic, "early");
  await publish(topic, ["before"]);
  await createChannel(topic, "late");

  await publish(topic, ["after"]);
  await using late = await subscribe(node.tcpPort, topic, "late", { rdy: 10 });

  expect((await late.nextMessage()).body.toString()).toBe("after");
  expect(await node.channel(topic, "late")).toMatchObject({ message_count: 1, depth: 0 });
  expect(await node.channel(topic, "early")).toMatchObject({ message_count: 2, depth: 2 });
});

test("[MS3] what a client held when it left waits for its timeout, then comes as the second attempt", async () => {
  const topic = uniqueTopic();
  await publish(topic, ["held"]);
  const gone = await subscribe(node.tcpPort, topic, "c", { rdy: 1, settings: second });
  await gone.nextMessage();
  const leftMs = performance.now();
  gone.destroy();
  await using next = await subscribe(node.tcpPort, topic, "c", { rdy: 1 });

  await eventually(async () => expect((await node.channel(topic, "c")).client_count).toBe(1));
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, in_flight_count: 1 });
  const message = await next.nextMessage({ withinMs: 7_000 });

  expect(message.attempts).toBe(2);
  expect(performance.now() - leftMs).toBeGreaterThan(700);
  expect(await node.channel(topic, "c")).toMatchObject({ timeout_count: 1, requeue_count: 0 });
});

test("[MS4] emptying a channel drops what waits, is held and is deferred; a later FIN fails harmlessly", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 2 });
  await publish(topic, ["deferred", "held", "waits", "waits"]);
  const [deferred, held] = await client.messages(2);
  client.send("RDY 1\n", `REQ ${deferred!.id} 60000\n`);
  await client.expectAlive();
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 2, in_flight_count: 1, deferred_count: 1 });

  await node.act(`/channel/empty?topic=${topic}&channel=c`);

  expect(await node.channel(topic, "c")).toMatchObject({
    depth: 0,
    in_flight_count: 0,
    deferred_count: 0,
    clients: [{ in_flight_count: 0 }],
  });
  client.fin(held!.id);
  await client.expectError(`E_FIN_FAILED FIN ${held!.id} failed ID not in flight`);
  await publish(topic, ["after"]);
  expect((await client.nextMessage()).body.toString()).toBe("after");
});

test("[MS5] emptying a topic does not touch its channels", async () => {
  const topic = uniqueTopic();
  await createChannel(topic);
  await publish(topic, ["in the channel"]);
  await node.act(`/topic/pause?topic=${topic}`);
  await publish(topic, ["in the topic", "in the topic"]);
  expect(await node.topic(topic)).toMatchObject({ depth: 2 });

  await node.act(`/topic/empty?topic=${topic}`);

  expect(await node.topic(topic)).toMatchObject({ depth: 0, channels: [{ depth: 1 }] });
  await node.act(`/topic/unpause?topic=${topic}`);
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 10 });
  expect(texts([await client.nextMessage()])).toEqual(["in the channel"]);
  await client.expectNothing({ forMs: 100 });
});

test("[MS6] a paused channel delivers nothing, grows, and lets what is held be answered", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 10 });
  await publish(topic, ["held"]);
  const held = await client.nextMessage();

  await node.act(`/channel/pause?topic=${topic}&channel=c`);
  await publish(topic, ["waits", "waits too"]);
  client.fin(held.id);
  await client.expectNothing({ forMs: 100 });
  expect(await node.channel(topic, "c")).toMatchObject({ paused: true, depth: 2, in_flight_count: 0 });
  await node.act(`/channel/unpause?topic=${topic}&channel=c`);

  expect(texts(await client.messages(2))).toEqual(["waits", "waits too"]);
});

test("[MS7] a paused topic keeps what is published, until it is unpaused", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 10 });

  await node.act(`/topic/pause?topic=${topic}`);
  await publish(topic, ["a", "b"]);
  await client.expectNothing({ forMs: 100 });
  expect(await node.topic(topic)).toMatchObject({ paused: true, depth: 2, channels: [{ depth: 0 }] });
  await node.act(`/topic/unpause?topic=${topic}`);

  expect(texts(await client.messages(2))).toEqual(["a", "b"]);
});

test("[MS8] deleting a channel or a topic ends its subscribers' connections, not a publisher's", async () => {
  const topic = uniqueTopic();
  await using one = await subscribe(node.tcpPort, topic, "one");
  await using two = await subscribe(node.tcpPort, topic, "two");
  await using producer = await connect(node.tcpPort);
  producer.pub(topic, "x");
  await producer.expectOk();

  await node.act(`/channel/delete?topic=${topic}&channel=one`);
  await one.expectClose();
  await two.expectAlive();
  await node.act(`/topic/delete?topic=${topic}`);
  await two.expectClose();

  expect(await node.hasTopic(topic)).toBe(false);
  producer.pub(topic, "a new topic of the old name");
  await producer.expectOk();
  expect(await node.topic(topic)).toMatchObject({ depth: 1, message_count: 1, channels: [] });
});

test("[MS9] an ephemeral channel goes with its last client, an ephemeral topic with its last channel", async () => {
  const topic = uniqueTopic();
  const ephemeral = `${uniqueTopic()}#ephemeral`;
  const one = await subscribe(node.tcpPort, topic, "c#ephemeral");
  await using two = await subscribe(node.tcpPort, topic, "c#ephemeral");
  const only = await subscribe(node.tcpPort, ephemeral, "c#ephemeral");

  one.destroy();
  only.destroy();
  await eventually(async () => expect(await node.hasTopic(ephemeral)).toBe(false));
  await eventually(async () => expect((await node.channel(topic, "c#ephemeral")).client_count).toBe(1));
  two.destroy();

  await eventually(async () => expect((await node.topic(topic)).channels).toEqual([]));
});

test("[MS9] an ephemeral topic that never had a channel stays", async () => {
  const ephemeral = `${uniqueTopic()}#ephemeral`;

  await publish(ephemeral, ["x"]);

  expect(await node.topic(ephemeral)).toMatchObject({ depth: 1 });
});

test("[MS10] what an ephemeral topic or channel cannot hold is dropped, with OK: the newest", async () => {
  await using small = await startNode({ "mem-queue-size": 5 });
  await createChannel("t", "c#ephemeral", small);

  await publish("t", ["0", "1", "2", "3", "4", "5", "6", "7"], small);
  await publish("t#ephemeral", ["0", "1", "2", "3", "4", "5", "6", "7"], small);

  // nsqd's topic queue and channel queue may each hold some for a moment: at least five are kept.
  const { depth } = await small.channel("t", "c#ephemeral");
  expect(depth).toBeGreaterThanOrEqual(5);
  expect((await small.topic("t#ephemeral")).depth).toBe(5);
  await using client = await subscribe(small.tcpPort, "t#ephemeral", "c", { rdy: 10 });
  expect(texts(await client.messages(5))).toEqual(["0", "1", "2", "3", "4"]);
  await client.expectNothing({ forMs: 50 });
});

test("[MS11] a sample rate of 50 delivers about half of 10,000 messages and forgets the others", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c", {
    rdy: 2_500,
    settings: { sample_rate: 50 },
  });
  await using producer = await connect(node.tcpPort);
  let delivered = 0;

  for (let batch = 0; batch < 10; batch++) producer.mpub(topic, new Array(1_000).fill("x"));
  await producer.expectOk(10);
  const collecting = (async () => {
    for (;;) {
      client.fin((await client.nextMessage({ withinMs: 1_000 })).id);
      delivered++;
    }
  })().catch(() => {});
  await eventually(async () =>
    expect(await node.channel(topic, "c")).toMatchObject({
      depth: 0,
      in_flight_count: 0,
      message_count: 10_000,
    }),
  );
  await collecting;

  // 51 %: standard deviation 50.
  expect(delivered).toBeGreaterThan(4_800);
  expect(delivered).toBeLessThan(5_400);
});

test("[MS12] with a memory queue of 2, ten messages are a depth of 10 with 8 in the store, and all are delivered once", async () => {
  await using small = await startNode({ "mem-queue-size": 2 });
  await createChannel("t", "c", small);

  await publish("t", [..."0123456789"], small);
  await eventually(async () =>
    expect(await small.channel("t", "c")).toMatchObject({ depth: 10, backend_depth: 8 }),
  );
  await using client = await subscribe(small.tcpPort, "t", "c", { rdy: 10 });
  const messages = await client.messages(10);
  for (const { id } of messages) client.fin(id);
  await client.expectAlive();

  expect(texts(messages).sort()).toEqual([..."0123456789"]);
  expect(await small.channel("t", "c")).toMatchObject({ depth: 0, backend_depth: 0, in_flight_count: 0 });
});

test("[MS13] a deferred message is not part of the depth", async () => {
  const topic = uniqueTopic();
  await createChannel(topic);
  await using producer = await connect(node.tcpPort);

  producer.dpub(topic, 60_000, "later");
  producer.pub(topic, "now");
  await producer.expectOk(2);

  expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, deferred_count: 1, message_count: 2 });
});

test("[MS14] every channel's copy has the same id and the same time", async () => {
  const topic = uniqueTopic();
  await using one = await subscribe(node.tcpPort, topic, "one", { rdy: 1 });
  await using two = await subscribe(node.tcpPort, topic, "two", { rdy: 1 });

  await publish(topic, ["x"]);

  expect(await one.nextMessage()).toEqual(await two.nextMessage());
});

test("[MS15] with a memory queue of 0 what was published in order is delivered in order", async () => {
  await using stored = await startNode({ "mem-queue-size": 0 });
  const bodies = Array.from({ length: 500 }, (_, index) => `${index}`);
  await createChannel("t", "c", stored);

  await publish("t", bodies, stored);
  await using client = await subscribe(stored.tcpPort, "t", "c", { rdy: 7 });
  const received: string[] = [];
  while (received.length < bodies.length) {
    const message = await client.nextMessage();
    received.push(message.body.toString());
    client.fin(message.id);
  }

  expect(received).toEqual(bodies);
});
