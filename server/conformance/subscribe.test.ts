import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { sharedNode } from "../testing/shared-node.ts";

const node = await sharedNode();
const bodies = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

/** A topic with the channel "c" and this many messages waiting in it. */
async function waiting(count: number): Promise<string> {
  const topic = uniqueTopic();
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
  await node.act(`/mpub?topic=${topic}`, bodies(count).join("\n"));
  return topic;
}

test("[TS1] SUB makes the topic and the channel, and nothing is delivered before RDY", async () => {
  const topic = uniqueTopic();
  await using client = await subscribe(node.tcpPort, topic, "c");

  client.pub(topic, "waits");
  await client.expectOk();
  await client.expectNothing({ forMs: 100 });

  expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, in_flight_count: 0, client_count: 1 });
  client.rdy(1);
  expect((await client.nextMessage()).body.toString()).toBe("waits");
});

test("[TS2] a second SUB is refused", async () => {
  await using client = await subscribe(node.tcpPort, uniqueTopic(), "c");

  client.sub(uniqueTopic(), "c");

  await client.expectFatal("E_INVALID cannot SUB in current state");
});

test.each([
  ["x".repeat(65), "c", `E_BAD_TOPIC SUB topic name "${"x".repeat(65)}" is not valid`],
  ["a!b", "c", 'E_BAD_TOPIC SUB topic name "a!b" is not valid'],
  ["a#ephemera", "c", 'E_BAD_TOPIC SUB topic name "a#ephemera" is not valid'],
  ["#ephemeral", "c", 'E_BAD_TOPIC SUB topic name "#ephemeral" is not valid'],
  ["t", "x".repeat(65), `E_BAD_CHANNEL SUB channel name "${"x".repeat(65)}" is not valid`],
  ["t", "a!", 'E_BAD_CHANNEL SUB channel name "a!" is not valid'],
  ["t", "c#ephemera", 'E_BAD_CHANNEL SUB channel name "c#ephemera" is not valid'],
  ["é", "c", 'E_BAD_TOPIC SUB topic name "é" is not valid'],
])("[TS3] SUB %s %s is refused", async (topic, channel, error) => {
  await using client = await connect(node.tcpPort);

  client.sub(topic, channel);

  await client.expectFatal(error);
});

test.each(["x".repeat(64), `${"x".repeat(54)}#ephemeral`, ".-_0", "__proto__", "constructor"])(
  "[TS3] %s is a name like any other",
  async (name) => {
    await using client = await subscribe(node.tcpPort, name, name, { rdy: 1 });

    client.pub(name, "body");

    await client.expectOk();
    expect((await client.nextMessage()).body.toString()).toBe("body");
    expect(await node.channel(name, name)).toMatchObject({ in_flight_count: 1 });
  },
);

test("[TS4] RDY 3 delivers three unanswered messages, and a FIN allows the next", async () => {
  const topic = await waiting(5);
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 3 });

  const [first] = await client.messages(3);
  await client.expectNothing({ forMs: 100 });
  client.fin(first!.id);

  expect((await client.nextMessage()).body.toString()).toBe("3");
  expect(await node.channel(topic, "c")).toMatchObject({ depth: 1, in_flight_count: 3 });
});

test("[TS5] RDY lowered below what is in flight delivers nothing until that is answered", async () => {
  const topic = await waiting(4);
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 2 });
  const [first, second] = await client.messages(2);

  client.rdy(1);
  client.fin(first!.id);
  await client.expectNothing({ forMs: 100 });
  client.fin(second!.id);

  expect((await client.nextMessage()).body.toString()).toBe("2");
  await client.expectNothing({ forMs: 50 });
});

test("[TS6] RDY 0 stops delivery, RDY without a number is RDY 1, an empty number is 0", async () => {
  const topic = await waiting(4);
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 1 });
  const first = await client.nextMessage();

  client.send("RDY 0\n", `FIN ${first.id}\n`);
  await client.expectNothing({ forMs: 100 });
  client.send("RDY\n");
  const second = await client.nextMessage();
  await client.expectNothing({ forMs: 50 });
  client.send("RDY \n", `FIN ${second.id}\n`);
  await client.expectNothing({ forMs: 100 });

  expect((await node.channel(topic, "c")).clients).toMatchObject([{ ready_count: 0, in_flight_count: 0 }]);
});

test.each([
  ["-1", "E_INVALID RDY could not parse count -1"],
  ["abc", "E_INVALID RDY could not parse count abc"],
  ["2501", "E_INVALID RDY count 2501 out of range 0-2500"],
])("[TS7] RDY %s is refused", async (count, error) => {
  await using client = await subscribe(node.tcpPort, uniqueTopic(), "c");

  client.send(`RDY ${count}\n`);

  await client.expectFatal(error);
});

test("[TS7] RDY of exactly max-rdy-count is accepted", async () => {
  await using client = await subscribe(node.tcpPort, uniqueTopic(), "c", { rdy: 2_500 });

  await client.expectAlive();
});

test("[TS8] RDY before SUB is refused", async () => {
  await using client = await connect(node.tcpPort);

  client.rdy(1);

  await client.expectFatal("E_INVALID cannot RDY in current state");
});

test("[TS9] CLS is answered CLOSE_WAIT: nothing more is delivered, what is held can be answered", async () => {
  const topic = await waiting(5);
  await using client = await subscribe(node.tcpPort, topic, "c", { rdy: 2 });
  const [first, second] = await client.messages(2);

  client.send("CLS\n");
  await client.expectResponse("CLOSE_WAIT");
  client.fin(first!.id);
  client.req(second!.id, 0);
  client.send("RDY 5\n", "RDY junk\n");
  await client.expectNothing({ forMs: 100 });

  await client.expectAlive();
  expect(await node.channel(topic, "c")).toMatchObject({
    depth: 4,
    in_flight_count: 0,
    clients: [{ state: 4, finish_count: 1, requeue_count: 1 }],
  });
});

test("[TS10] CLS before SUB is refused, and so is a second CLS", async () => {
  await using early = await connect(node.tcpPort);
  early.send("CLS\n");
  await early.expectFatal("E_INVALID cannot CLS in current state");

  await using twice = await subscribe(node.tcpPort, uniqueTopic(), "c");
  twice.send("CLS\nCLS\n");
  await twice.expectResponse("CLOSE_WAIT");
  await twice.expectFatal("E_INVALID cannot CLS in current state");
});

test("[TS11] one consumer more than --max-channel-consumers is refused, until one leaves", async () => {
  await using small = await startNode({ "max-channel-consumers": 1 });
  await using first = await subscribe(small.tcpPort, "t", "c");

  await using second = await connect(small.tcpPort);
  second.sub("t", "c");
  await second.expectFatal("E_SUB_FAILED SUB failed consumers for t:c exceeds limit of 1");

  await using other = await subscribe(small.tcpPort, "t", "other");
  await other.expectAlive();
  first.destroy();
  await eventually(async () => expect((await small.channel("t", "c")).client_count).toBe(0));
  await using third = await subscribe(small.tcpPort, "t", "c");
  await third.expectAlive();
});

test("[TS12] consumers of one channel share its messages, each channel gets them all", async () => {
  const topic = uniqueTopic();
  await using one = await subscribe(node.tcpPort, topic, "shared", { rdy: 50 });
  await using two = await subscribe(node.tcpPort, topic, "shared", { rdy: 50 });
  await using alone = await subscribe(node.tcpPort, topic, "alone", { rdy: 100 });
  await using producer = await connect(node.tcpPort);

  // RDY 50 each: neither can take all hundred.
  producer.mpub(topic, bodies(100));
  await producer.expectOk();
  const shared = [...(await one.messages(50)), ...(await two.messages(50))];
  const all = await alone.messages(100);

  const asNumbers = (messages: { body: Buffer }[]) =>
    messages.map(({ body }) => Number(body)).sort((a, b) => a - b);
  expect(asNumbers(shared)).toEqual(bodies(100).map(Number));
  expect(asNumbers(all)).toEqual(bodies(100).map(Number));
});
