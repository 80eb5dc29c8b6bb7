import { expect, test } from "vitest";
import { messageId } from "../broker/frame.ts";
import type { MessageNowAnswer } from "../protocol/node-reads.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";

const ask = (server: TestServer, query: string) =>
  server.get(`/v1/message/now?${query}`, { authorization: `Bearer ${secret}` });

async function now(server: TestServer, id: string): Promise<MessageNowAnswer> {
  return JSON.parse((await ask(server, `topic=t&id=${id}`)).text);
}

test("[RD16] where a message stands now is told of each channel: waiting, in flight, deferred, not owed", async () => {
  await using server = await startServer();
  const topic = server.broker.ensureTopic("t");
  topic.ensureChannel("idle");
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "busy", 3);
  for (const body of ["one", "two", "three", "four"]) await server.post("/pub?topic=t", body);
  server.broker.settle();
  const [one, two, three] = consumer.held;
  const subscription = consumer.subscription!;
  subscription.finish(one!.logId, one!.seq);
  subscription.requeue(two!.logId, two!.seq, 60_000);
  // Nothing more goes out: a consumer that has had enough.
  subscription.ready(0);
  server.broker.settle();
  const of = async (seq: number) => {
    const { channels } = await now(server, messageId(one!.logId, seq));
    return Object.fromEntries(channels.map((one) => [one.channel, one]));
  };

  const [first, second, third, fourth] = await Promise.all([of(0), of(1), of(2), of(3)]);

  expect(three!.attempts).toBe(1);
  expect([first!["busy"]!.state, first!["idle"]!.state]).toEqual(["not-owed", "waiting"]);
  expect(second!["busy"]).toMatchObject({ state: "deferred", attempts: 1, client: null });
  expect(second!["busy"]!.untilMs! - Date.now()).toBeGreaterThan(30_000);
  expect(third!["busy"]).toMatchObject({
    ...{ state: "in-flight", attempts: 1 },
    client: { clientId: consumer.identity.clientId },
  });
  expect(fourth!["busy"]).toMatchObject({ state: "waiting", attempts: 0, ahead: 0 });
  expect(fourth!["idle"]).toMatchObject({ state: "waiting", attempts: 0, ahead: 3 });
});

test("[RD16] what has not left its topic is said to be there, and what no node has not to be", async () => {
  await using server = await startServer();
  await server.post("/pub?topic=t", "first");
  await server.post("/pub?topic=t&defer=60000", "later");
  const topic = server.broker.topics.get("t")!;
  const id = messageId(topic.log!.id, 0);

  expect(await now(server, id)).toMatchObject({ inTopic: true, committed: null, channels: [] });
  expect(await now(server, messageId(topic.deferred.log!.id, 0))).toMatchObject({ inTopic: true });
  expect((await ask(server, `topic=t&id=${messageId(topic.log!.id, 1)}`)).status).toBe(404);
  expect((await ask(server, "topic=t&id=x")).status).toBe(400);
  expect((await ask(server, `topic=other&id=${id}`)).status).toBe(404);
  expect(JSON.parse((await ask(server, `id=${id}`)).text)).toMatchObject({ topic: "t", inTopic: true });

  topic.ensureChannel("c");
  topic.setPaused(true);
  server.broker.settle();
  await server.post("/pub?topic=t", "held back");
  expect(await now(server, messageId(topic.log!.id, 1))).toMatchObject({ inTopic: true, topicPaused: true });
});
