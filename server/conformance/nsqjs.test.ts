/**
 * The official JavaScript client, unmodified, as producer and as consumer. The
 * behaviours are those of its own integration suite that need neither TLS nor
 * compression, written anew.
 */
import { once } from "node:events";
import { type Message, Reader, type ReaderOptions, Writer } from "nsqjs";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();
const open: { close(): void }[] = [];

afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

function reader(topic: string, options: Partial<ReaderOptions> = {}) {
  const consumer = new Reader(topic, "c", { nsqdTCPAddresses: [`127.0.0.1:${node.tcpPort}`], ...options });
  open.push(consumer);
  const messages: Message[] = [];
  const errors: Error[] = [];
  consumer.on("message", (message) => messages.push(message));
  consumer.on("error", (error) => errors.push(error));
  return { consumer, messages, errors };
}

async function writer(port = node.tcpPort): Promise<Writer> {
  const producer = new Writer("127.0.0.1", port);
  producer.on("error", () => {});
  open.push(producer);
  producer.connect();
  await once(producer, "ready");
  return producer;
}

function publish(producer: Writer, topic: string, body: string | Buffer | object): Promise<void> {
  return new Promise((resolve, reject) => {
    producer.publish(topic, body, (error) => (error ? reject(error) : resolve()));
  });
}

test.each([
  ["a small message", "a message for our reader"],
  ["100,000 bytes", "x".repeat(100_000)],
])("[CX1] a reader receives %s published over HTTP before its channel existed", async (_, body) => {
  const topic = uniqueTopic();
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
  await node.act(`/pub?topic=${topic}`, body);

  const { consumer, messages } = reader(topic);
  consumer.connect();

  await eventually(() => expect(messages).toHaveLength(1));
  expect(messages[0]!.body.toString()).toBe(body);
  messages[0]!.finish();
  await eventually(async () =>
    expect(await node.channel(topic, "c")).toMatchObject({ depth: 0, in_flight_count: 0 }),
  );
});

test.each([
  ["a string", "hello", "hello"],
  ["a Buffer", Buffer.from([0x11, 0x22, 0x33]), Buffer.from([0x11, 0x22, 0x33]).toString()],
  ["an object", { hello: "world" }, '{"hello":"world"}'],
])("[CX1] a writer publishes %s and a reader receives it", async (_, body, received) => {
  const topic = uniqueTopic();
  const { consumer, messages } = reader(topic);
  consumer.connect();

  await publish(await writer(), topic, body);

  await eventually(() => expect(messages.map((message) => message.body.toString())).toEqual([received]));
  messages[0]!.finish();
});

test("[CX1] a writer publishes a list at once, and one to be delivered later", async () => {
  const topic = uniqueTopic();
  const producer = await writer();
  const { consumer, messages } = reader(topic, { maxInFlight: 10 });
  consumer.connect();

  await publish(producer, topic, ["one", "two"]);
  const startMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    producer.deferPublish(topic, ["later"], 300, (error) => (error ? reject(error) : resolve()));
  });

  await eventually(() => expect(messages).toHaveLength(3));
  expect(performance.now() - startMs).toBeGreaterThan(280);
  expect(messages.map((message) => message.body.toString())).toEqual(["one", "two", "later"]);
  for (const message of messages) message.finish();
});

test("[CX1] a paused reader receives nothing new until it is unpaused", async () => {
  const topic = uniqueTopic();
  const producer = await writer();
  const { consumer, messages } = reader(topic);
  consumer.connect();
  await publish(producer, topic, "first");
  await eventually(() => expect(messages).toHaveLength(1));

  consumer.pause();
  await publish(producer, topic, "second");
  messages[0]!.finish();
  await eventually(async () =>
    expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, in_flight_count: 0 }),
  );
  expect(messages).toHaveLength(1);
  consumer.unpause();

  await eventually(() =>
    expect(messages.map((message) => message.body.toString())).toEqual(["first", "second"]),
  );
  messages[1]!.finish();
});

test("[CX1] a paused reader answers what it holds, and gets back what it requeued after unpausing", async () => {
  const topic = uniqueTopic();
  const producer = await writer();
  const { consumer, messages } = reader(topic);
  consumer.connect();
  await publish(producer, topic, "again");
  await eventually(() => expect(messages).toHaveLength(1));

  consumer.pause();
  messages[0]!.requeue(0, false);
  await eventually(async () =>
    expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, in_flight_count: 0, requeue_count: 1 }),
  );
  consumer.unpause();

  await eventually(() => expect(messages).toHaveLength(2));
  expect(messages[1]!.attempts).toBe(2);
  messages[1]!.finish();
});

test("[CX1] a reader that was paused before a timeout gets the message again after it", async () => {
  const topic = uniqueTopic();
  const producer = await writer();
  const { consumer, messages } = reader(topic, { messageTimeout: 1_000 });
  consumer.connect();
  await publish(producer, topic, "slow");
  await eventually(() => expect(messages).toHaveLength(1));

  consumer.pause();
  await eventually(async () => expect((await node.channel(topic, "c")).timeout_count).toBe(1), {
    withinMs: 7_000,
  });
  consumer.unpause();

  await eventually(() => expect(messages).toHaveLength(2));
  expect(messages[1]!.attempts).toBe(2);
  messages[1]!.finish();
});

test("[CX1] what a writer was given before it was connected is published", async () => {
  const topic = uniqueTopic();
  const producer = new Writer("127.0.0.1", node.tcpPort);
  producer.on("error", () => {});
  open.push(producer);
  producer.connect();

  await publish(producer, topic, "early");

  // At least once: the client sends it again when it is ready, whatever it did before.
  expect((await node.topic(topic)).depth).toBeGreaterThanOrEqual(1);
});

test("[CX1] a hundred messages to a reader with twenty in flight are all finished, once", async () => {
  const topic = uniqueTopic();
  const producer = await writer();
  const { consumer, messages, errors } = reader(topic, { maxInFlight: 20 });
  consumer.on("message", (message) => message.finish());
  consumer.connect();

  const bodies = Array.from({ length: 100 }, (_, index) => `${index}`);
  for (const body of bodies) await publish(producer, topic, body);

  await eventually(() => expect(messages).toHaveLength(100));
  await eventually(async () =>
    expect(await node.channel(topic, "c")).toMatchObject({
      depth: 0,
      in_flight_count: 0,
      message_count: 100,
    }),
  );
  expect(messages.map((message) => message.body.toString())).toEqual(bodies);
  expect(errors).toEqual([]);
});

test("[CX1] a writer whose node was killed fails to publish, and says so", async () => {
  await using doomed = await startNode();
  const producer = await writer(doomed.tcpPort);

  await doomed.kill();

  await expect(publish(producer, "t", "too late")).rejects.toThrow();
});
