import { expect, test } from "vitest";
import { nsqdOptions } from "../cli/nsqd-options.ts";
import type {
  ClientsAnswer,
  ConfigAnswer,
  DeferredAnswer,
  InFlightAnswer,
  LogAnswer,
  PoisonAnswer,
  ProducersAnswer,
} from "../protocol/node-reads.ts";
import { type Held, TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";
import { LongestTurn } from "../testing/longest-turn.ts";

const guarded = { authorization: `Bearer ${secret}` };
const ordersBilling = "topic=orders&channel=billing";

async function read<T>(server: TestServer, path: string): Promise<T> {
  const reply = await server.get(path, guarded);
  expect([reply.status, reply.text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return JSON.parse(reply.text);
}

async function withBilling(rdy: number): Promise<[TestServer, TestConsumer]> {
  const server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "orders", "billing", rdy);
  return [server, consumer];
}

test("[RD1] what is in flight is told with its holder, first and later deliveries alike", async () => {
  const [server, consumer] = await withBilling(3);
  await using _ = server;
  for (const body of ["one", "two!", "three"]) await server.post("/pub?topic=orders", body);
  server.broker.settle();
  const [first, , third] = consumer.held;
  server.advance(1_000);
  // Given back and handed out again, it is due a second later than the others.
  consumer.subscription!.requeue(first!.logId, first!.seq, 0);
  consumer.subscription!.finish(third!.logId, third!.seq);
  server.broker.settle();

  const { total, cut, messages } = await read<InFlightAnswer>(
    server,
    `/v1/channel/inflight?${ordersBilling}`,
  );

  const { clientId, hostname, remoteAddress: address } = consumer.identity;
  expect([total, cut]).toEqual([2, false]);
  expect(messages).toMatchObject([
    { attempts: 1, bytes: 4, client: { clientId, hostname, address } },
    { attempts: 2, bytes: 3, client: { clientId, hostname, address } },
  ]);
  expect(messages[0]!.id).toMatch(/^[0-9a-f]{16}$/);
  for (const { sinceMs, deadlineAtMs } of messages) expect(deadlineAtMs - sinceMs).toBe(60_000);
  expect(messages[1]!.deadlineAtMs - messages[0]!.deadlineAtMs).toBeGreaterThanOrEqual(1_000);
  expect(Math.abs(messages[0]!.publishedAtMs! - Date.now())).toBeLessThan(60_000);
});

test("[RD1] what a client held that has gone is there without it", async () => {
  const [server, consumer] = await withBilling(1);
  await using _ = server;
  await server.post("/pub?topic=orders", "one");
  server.broker.settle();
  consumer.subscription!.close();

  const { messages } = await read<InFlightAnswer>(server, `/v1/channel/inflight?${ordersBilling}`);

  expect(messages).toMatchObject([{ attempts: 1, client: null }]);
  expect(messages[0]!.deadlineAtMs - messages[0]!.sinceMs).toBe(60_000);
});

test("[RD2] what is deferred is told soonest first, with its delay and why", async () => {
  const [server, consumer] = await withBilling(1);
  await using _ = server;
  await server.post("/pub?topic=orders", "now");
  server.broker.settle();
  const [held] = consumer.held;
  consumer.subscription!.requeue(held!.logId, held!.seq, 30_000);
  for (const defer of [90_000, 10_000, 50_000])
    await server.post(`/pub?topic=orders&defer=${defer}`, "later");
  server.broker.settle();

  const answer = await read<DeferredAnswer>(server, `/v1/channel/deferred?${ordersBilling}&limit=3`);

  expect(answer).toMatchObject({ total: 4, inStore: 0, cut: false });
  expect(answer.messages.map(({ reason, attempts, bytes }) => [reason, attempts, bytes])).toEqual([
    ["publish", 0, 5],
    ["requeue", 1, 3],
    ["publish", 0, 5],
  ]);
  const dueInMs = answer.messages.map(({ dueAtMs }) => Math.round((dueAtMs - answer.atMs) / 10_000) * 10_000);
  expect(dueInMs).toEqual([10_000, 30_000, 50_000]);
  const delayMs = answer.messages.map(
    ({ dueAtMs, sinceMs }) => Math.round((dueAtMs - sinceMs!) / 1_000) * 1_000,
  );
  expect(delayMs).toEqual([10_000, 30_000, 50_000]);
});

test("[RD12] what comes again and again is told most often tried first, held or deferred", async () => {
  const [server, consumer] = await withBilling(3);
  await using _ = server;
  for (const body of ["one", "two!", "three"]) await server.post("/pub?topic=orders", body);
  server.broker.settle();
  const [often, later, twice] = consumer.held as [Held, Held, Held];
  const again = ({ logId, seq }: Held, delayMs = 0) => {
    consumer.subscription!.requeue(logId, seq, delayMs);
    server.broker.settle();
  };
  const path = `/v1/channel/poison?${ordersBilling}`;
  again(twice);
  for (let delivery = 1; delivery < 6; delivery++) again(later);
  expect(await read<PoisonAnswer>(server, path)).toMatchObject({ total: 1 });
  again(later, 30_000);
  for (let delivery = 1; delivery < 8; delivery++) again(often);

  const { total, cut, messages, atMs } = await read<PoisonAnswer>(server, path);

  expect([total, cut]).toEqual([2, false]);
  expect(messages).toMatchObject([
    { attempts: 8, bytes: 3, state: "in-flight", client: { clientId: consumer.identity.clientId } },
    { attempts: 6, bytes: 4, state: "deferred", client: null },
  ]);
  expect(messages[1]!.dueAtMs! - atMs).toBeGreaterThan(20_000);
  consumer.subscription!.finish(often.logId, often.seq);
  expect((await read<PoisonAnswer>(server, path)).total).toBe(1);
});

test("[RD3] a hundred thousand in flight are one bounded answer, and hold up nobody", async () => {
  const [server] = await withBilling(200_000);
  await using _ = server;
  const lines = Buffer.from("x\n".repeat(50_000));
  for (let i = 0; i < 2; i++) await server.post("/mpub?topic=orders", lines);
  server.broker.settle();
  const turns = new LongestTurn();

  const answer = await read<InFlightAnswer>(server, `/v1/channel/inflight?${ordersBilling}`);

  expect(answer.messages).toHaveLength(500);
  expect(answer.total).toBeGreaterThan(60_000);
  expect(turns.stop()).toBeLessThan(60);
});

test.each(["0", "-1", "x", "1e3"])("[RD3] a limit of %s is refused", async (limit) => {
  const [server] = await withBilling(1);
  await using _ = server;

  const reply = await server.get(`/v1/channel/inflight?${ordersBilling}&limit=${limit}`, guarded);

  expect(reply.status).toBe(400);
});

test("[RD4] producers are those that published to the topic, the latest first", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("orders");
  for (const [count, lastPublishAtMs] of [
    [5, 1_000],
    [0, 9_000],
    [7, 2_000],
  ] as const) {
    const producer = new TestConsumer(server);
    producer.lastPublishAtMs = lastPublishAtMs;
    producer.pubCounts.set(count === 0 ? "other" : "orders", count);
  }

  const answer = await read<ProducersAnswer>(server, "/v1/topic/producers?topic=orders");

  expect(answer.total).toBe(2);
  expect(answer.producers).toMatchObject([
    { messageCount: 7, lastAtMs: 2_000, userAgent: "test/1.0" },
    { messageCount: 5, lastAtMs: 1_000 },
  ]);
});

test("[RD10] connections are told with what they consume and publish, the busiest first", async () => {
  const [server, consumer] = await withBilling(2);
  await using _ = server;
  const producer = new TestConsumer(server);
  producer.pubCounts.set("orders", 3).set("other", 4);
  await server.post("/mpub?topic=orders", "one\ntwo");
  server.broker.settle();

  const { total, clients } = await read<ClientsAnswer>(server, "/v1/clients");

  expect(total).toBe(2);
  expect(clients).toMatchObject([
    {
      clientId: consumer.identity.clientId,
      topic: "orders",
      channel: "billing",
      inFlight: 2,
      publishCount: 0,
    },
    { clientId: producer.identity.clientId, topic: null, channel: null, inFlight: 0, publishCount: 7 },
  ]);
});

test("[RD5] a client is disconnected once, by its address", async () => {
  const [server] = await withBilling(1);
  await using _ = server;
  const kick = (address: string) =>
    server.post(`/v1/client/kick?address=${encodeURIComponent(address)}`, "", guarded);

  expect((await kick("10.0.0.7:40123")).status).toBe(200);
  expect(server.connections).toEqual([]);
  expect((await kick("10.0.0.7:40123")).text).toContain("CLIENT_NOT_FOUND");
  expect((await kick("@")).status).toBe(400);
  expect(server.logged).toContain("info CLIENT(10.0.0.7:40123): disconnected by an operator");
});

test("[RD6] options are told as they are now, and secrets are not", async () => {
  const password = "postgres://user:hunter2@db/weir";
  await using server = await startServer({ options: { "database-url": password, "mem-queue-size": 77 } });
  server.lookupds = ["127.0.0.1:4160"];

  const reply = await server.get("/v1/config", guarded);
  const { options } = JSON.parse(reply.text) as ConfigAnswer;

  const named = (name: string) => options.find((option) => option.name === name);
  expect(reply.text).not.toContain("hunter2");
  expect(named("database-url")).toMatchObject({ isSecret: true, isSet: true, value: null });
  expect(named("mem-queue-size")).toMatchObject({
    value: 77,
    default: nsqdOptions["mem-queue-size"].default,
    isSet: true,
  });
  expect(named("msg-timeout")).toMatchObject({ value: 60_000, isSet: false, kind: "duration" });
  expect(named("lookupd-tcp-address")).toMatchObject({ value: ["127.0.0.1:4160"], isSet: true });
});

test("[RD7] the last lines come first", async () => {
  await using server = await startServer();
  server.logLines = [
    { atMs: 1, level: "info", text: "one" },
    { atMs: 2, level: "warn", text: "two" },
    { atMs: 3, level: "error", text: "three" },
  ];

  const { lines } = await read<LogAnswer>(server, "/v1/log?limit=2");

  expect(lines.map(({ text }) => text)).toEqual(["three", "two"]);
});
