import { expect, test } from "vitest";
import { messageId } from "../broker/frame.ts";
import type { MessageAnswer } from "../protocol/node-reads.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";
import { storeAway } from "../testing/running-broker.ts";

const ask = (server: TestServer, query: string) =>
  server.get(`/v1/message?${query}`, { authorization: `Bearer ${secret}` });
const read = async (server: TestServer, query: string): Promise<MessageAnswer> => {
  const reply = await ask(server, query);
  expect([reply.status, reply.text.slice(0, 100)]).toEqual([200, expect.any(String)]);
  return JSON.parse(reply.text);
};
const text = ({ body }: MessageAnswer) => Buffer.from(body, "base64").toString("utf8");

test("[RD8] a message is read wherever it lies: waiting, in flight, given back, deferred", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c", 2);
  for (const body of ["one", "two", "three"]) await server.post("/pub?topic=t", body);
  await server.post("/pub?topic=t&defer=60000", "later");
  server.broker.settle();
  const [one, two] = consumer.held;
  consumer.subscription!.requeue(one!.logId, one!.seq, 60_000);
  const idOf = (seq: number, logId = one!.logId) => messageId(logId, seq);

  for (const [seq, body] of ["one", "two", "three"].entries()) {
    expect(text(await read(server, `topic=t&id=${idOf(seq)}`))).toBe(body);
  }
  const deferredLog = server.broker.topics.get("t")!.deferred.log!.id;
  const later = await read(server, `topic=t&id=${idOf(0, deferredLog)}`);
  expect([text(later), later.where, later.bytes]).toEqual(["later", "memory", 5]);
  expect(Math.abs(later.publishedAtMs - Date.now())).toBeLessThan(60_000);
  expect(two!.attempts).toBe(1);
});

test("[RD8] what has left memory is read from the store", async () => {
  await using server = await startServer({ memQueueSize: 0 });
  new TestConsumer(server).subscribe(server, "t", "c", 0);
  for (let n = 0; n < 300; n++) await server.post("/pub?topic=t", Buffer.from(`body ${n}`));
  const topic = server.broker.topics.get("t")!;
  await expect.poll(() => topic.log!.storedTo).toBe(300);
  topic.log!.closeSlab();
  for (const slab of [...topic.log!.slabs]) topic.log!.evict(slab);

  const found = await read(server, `topic=t&id=${messageId(topic.log!.id, 250)}`);

  expect([text(found), found.where]).toEqual(["body 250", "store"]);
});

test("[RD9] a body is read in parts, and a store that is away is said", async () => {
  await using server = await startServer({ backlog: storeAway });
  const topic = server.broker.ensureTopic("t");
  topic.ensureChannel("c");
  await server.post("/pub?topic=t", "0123456789");
  const id = messageId(topic.log!.id, 0);

  const part = await read(server, `topic=t&id=${id}&from=3&bytes=4`);
  expect(part).toMatchObject({ id, bytes: 10, from: 3 });
  expect(text(part)).toBe("3456");
  expect(text(await read(server, `topic=t&id=${id}&from=99`))).toBe("");

  topic.log!.closeSlab();
  topic.log!.evict(topic.log!.slabs.at(0)!);
  expect((await ask(server, `topic=t&id=${id}`)).status).toBe(503);
});

test.each([
  ["topic=t&id=xyz", 400, "INVALID_REQUEST"],
  ["topic=t&id=0000000100000000&bytes=-1", 400, "INVALID_REQUEST"],
  ["topic=nobody&id=0000000100000000", 404, "TOPIC_NOT_FOUND"],
  ["topic=t&id=0000ffff00000000", 404, "MESSAGE_NOT_FOUND"],
  ["topic=t&id=0000000100000005", 404, "MESSAGE_NOT_FOUND"],
])("[RD9] %s is %i %s", async (query, status, word) => {
  await using server = await startServer();
  await server.post("/pub?topic=t", "x");

  const reply = await ask(server, query);

  expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(word)]);
});

test("[RD9] what is finished is not there any more once its memory was given back", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c", 1);
  await server.post("/pub?topic=t", "x");
  server.broker.settle();
  const [{ logId, seq }] = consumer.held as [(typeof consumer.held)[0]];
  consumer.subscription!.finish(logId, seq);
  // Two looks in which nothing came.
  for (let look = 0; look < 4; look++) server.advance(2_000);

  expect((await ask(server, `topic=t&id=${messageId(logId, seq)}`)).status).toBe(404);
});
