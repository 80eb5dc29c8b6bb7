/** The official JavaScript client, unmodified, in what its own suite (nsqjs-suite.test.ts) leaves out. */
import { once } from "node:events";
import { type Message, Reader, type ReaderOptions, Writer } from "nsqjs";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startLookupd } from "../testing/lookupd.ts";
import { uniqueTopic } from "../testing/names.ts";
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

async function writer(): Promise<Writer> {
  const producer = new Writer("127.0.0.1", node.tcpPort);
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

test("[CX1] an object that a writer publishes is received as JSON", async () => {
  const topic = uniqueTopic();
  const { consumer, messages } = reader(topic);
  consumer.connect();

  await publish(await writer(), topic, { hello: "world" });

  await eventually(() => expect(messages.map(({ body }) => body.toString())).toEqual(['{"hello":"world"}']));
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

test("[CX1] a reader finds its node through an nsqlookupd", async () => {
  await using lookupd = await startLookupd();
  await lookupd.node(["t_by_lookup"], { broadcast_address: "127.0.0.1", tcp_port: node.tcpPort });
  const { consumer, messages } = reader("t_by_lookup", {
    nsqdTCPAddresses: [],
    lookupdHTTPAddresses: [`127.0.0.1:${lookupd.httpPort}`],
  });
  consumer.connect();

  await publish(await writer(), "t_by_lookup", "found");

  await eventually(() => expect(messages).toHaveLength(1));
  messages[0]!.finish();
});
