import { expect, test } from "vitest";
import type { TapLine } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { LineStream } from "../testing/line-stream.ts";

async function tap(server: TestServer, topic: string): Promise<LineStream<TapLine>> {
  const stream = new LineStream<TapLine>(server.port, `/v1/tap?topic=${topic}`);
  await eventually(() => expect(stream.status).toBe(200));
  return stream;
}

const messages = (stream: LineStream<TapLine>) => stream.lines.filter((line) => line.type === "message");
const bodies = (stream: LineStream<TapLine>) =>
  messages(stream).map(({ body }) => Buffer.from(body, "base64").toString("utf8"));
const counted = (stream: LineStream<TapLine>) => {
  const counts = stream.lines.filter((line) => line.type === "sampled");
  return { seen: sum(counts.map(({ seen }) => seen)), shown: sum(counts.map(({ shown }) => shown)) };
};
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

test("[TT1] a tap shows what is published from now on, and takes nothing from anyone", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  await server.post("/pub?topic=t", "before");
  using stream = await tap(server, "t");
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c", 10);

  await server.post("/pub?topic=t", "one");
  await server.post("/pub?topic=t", "zwei ü");

  await eventually(() => expect(bodies(stream)).toEqual(["one", "zwei ü"]));
  await eventually(() => expect(consumer.held.length).toBe(3));
  const [one] = messages(stream);
  expect(one).toEqual({
    type: "message",
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    atMs: expect.any(Number),
    bytes: 3,
    body: "b25l",
  });
  expect(Math.abs(one!.atMs - Date.now())).toBeLessThan(10_000);
  const [topic] = JSON.parse((await server.get("/stats?format=json")).text).topics;
  expect(topic.channels.map((channel: { client_count: number }) => channel.client_count)).toEqual([1]);
});

test("[TT1] a tap of a topic without channels leaves its messages waiting", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using stream = await tap(server, "t");

  await server.post("/pub?topic=t", "x");

  await eventually(() => expect(bodies(stream)).toEqual(["x"]));
  expect(server.broker.topics.get("t")!.depth).toBe(1);
});

test("[TT1] of a long body the first 64 KB are shown, and how long it was", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using stream = await tap(server, "t");

  await server.post("/pub?topic=t", Buffer.alloc(100_000, "x"));

  await eventually(() => expect(messages(stream).length).toBe(1));
  const [line] = messages(stream);
  expect([line!.bytes, Buffer.from(line!.body, "base64").length]).toEqual([100_000, 65_536]);
});

test("[TT2] at most a hundred messages a second are shown, and what was left out is counted", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t").ensureChannel("c");
  using stream = await tap(server, "t");

  for (let i = 0; i < 150; i++) await server.post("/mpub?topic=t", "a\nb");
  await eventually(() => expect(stream.lines.some(({ type }) => type === "sampled")).toBe(true));

  expect(messages(stream).length).toBeGreaterThan(0);
  await eventually(() => expect(counted(stream).seen).toBe(300));
  expect(counted(stream).shown).toBe(messages(stream).length);
  const seconds = stream.lines.filter(({ type }) => type === "sampled").length;
  expect(messages(stream).length).toBeLessThanOrEqual(100 * seconds);
});

test("[TT3] a reader that does not read loses copies; nobody waits for it", async () => {
  await using server = await startServer({ memBytes: 512 * 2 ** 20 });
  server.broker.ensureTopic("t");
  using stream = await tap(server, "t");
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c", 1_000);

  stream.pause();
  for (let i = 0; i < 90; i++) await server.post("/pub?topic=t", Buffer.alloc(65_000, "x"));
  await eventually(() => expect(consumer.held.length).toBe(90));
  stream.resume();

  await eventually(() => expect(counted(stream).seen).toBe(90), { withinMs: 10_000 });
  expect(messages(stream).length).toBeLessThan(90);
  expect(counted(stream).shown).toBe(messages(stream).length);
});

test("[TT4] a tap ends when its topic does", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using stream = await tap(server, "t");

  await server.post("/topic/delete?topic=t");

  await eventually(() => expect(stream.ended).toBe(true));
});

test("[TT4] who leaves leaves nothing behind", async () => {
  await using server = await startServer();
  const topic = server.broker.ensureTopic("t");
  const stream = await tap(server, "t");
  expect(topic.taps.size).toBe(1);

  stream[Symbol.dispose]();

  await eventually(() => expect(topic.taps.size).toBe(0));
});

test.each([
  ["/v1/tap", 400, "MISSING_ARG_TOPIC"],
  ["/v1/tap?topic=a+b", 400, "INVALID_TOPIC"],
  ["/v1/tap?topic=nobody", 404, "TOPIC_NOT_FOUND"],
])("[TT5] %s is %i %s", async (path, status, word) => {
  await using server = await startServer();

  const reply = await server.get(path, { authorization: "Bearer a-secret-of-the-cluster" });

  expect([reply.status, reply.text]).toEqual([status, `{"message":"${word}"}`]);
});
