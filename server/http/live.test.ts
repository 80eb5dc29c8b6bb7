import { expect, test } from "vitest";
import type { LiveLine, LiveTopic } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { secret, startServer, type TestServer } from "../testing/http-server.ts";
import { LineStream } from "../testing/line-stream.ts";
import { LongestTurn } from "../testing/longest-turn.ts";
import { RawConnection } from "../testing/raw-connection.ts";

const follow = (server: TestServer, intervalMs = 100) =>
  new LineStream<LiveLine>(server.port, `/v1/live?intervalMs=${intervalMs}`);

/** What a reader knows after all lines so far. */
function known(lines: readonly LiveLine[]): Map<string, LiveTopic> {
  const topics = new Map<string, LiveTopic>();
  for (const line of lines) {
    for (const topic of line.type === "snapshot" ? line.topics : line.changed) topics.set(topic.name, topic);
    if (line.type === "delta") for (const name of line.removed) topics.delete(name);
  }
  return topics;
}

test("[LV1] the first line is a snapshot, then come changes, numbered without a gap", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t").ensureChannel("c");
  using live = follow(server);

  await eventually(() => expect(live.lines.length).toBeGreaterThan(3));

  expect(live.headers["content-type"]).toBe("application/x-ndjson");
  expect(live.lines.map(({ type }) => type).slice(0, 3)).toEqual(["snapshot", "delta", "delta"]);
  expect(live.lines.map(({ rev }) => rev)).toEqual(live.lines.map((_, index) => index + 1));
  expect(live.lines[0]).toMatchObject({
    node: {
      id: "11111111-2222-4333-8444-555555555555",
      version: "1.3.0",
      hostname: "host-of-tests",
      tcpPort: 4150,
      health: "OK",
      connections: 0,
      pressure: "none",
      memBytesMax: 64 * 2 ** 20,
      store: { kind: "memory", state: "up" },
    },
    topics: [
      { name: "t", paused: false, ephemeral: false, depth: 0, oldestAgeMs: null, channels: [{ name: "c" }] },
    ],
  });
});

test("[LV1] figures are the broker's", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c", 2);
  consumer.pubCounts.set("t", 1);
  using live = follow(server);

  await server.post("/mpub?topic=t", "a\nb\nc\nd");
  await server.post("/pub?topic=t&defer=60000", "later");
  await eventually(() => expect(consumer.held.length).toBe(2));
  subscription.ready(1);
  subscription.finish(consumer.held[0]!.logId, consumer.held[0]!.seq);

  await eventually(() =>
    expect(known(live.lines).get("t")).toMatchObject({
      messageCount: 5,
      messageBytes: 9,
      channels: [
        {
          depth: 2,
          memoryDepth: 2,
          storedDepth: 0,
          inFlight: 1,
          deferred: 1,
          messageCount: 5,
          deliverCount: 2,
          finishCount: 1,
          requeueCount: 0,
          timeoutCount: 0,
          poisonCount: 0,
          clientCount: 1,
          latency: null,
          oldestAgeMs: expect.any(Number),
        },
      ],
    }),
  );
  expect(live.lines.at(-1)!.node).toMatchObject({ connections: 1, producers: 1, consumers: 1 });
});

test("[LV6] a node says in which region and zone it was told that it is", async () => {
  const options = { "topology-region": "north", "topology-zone": "north-1" };
  await using server = await startServer({ options });
  using live = follow(server);

  await eventually(() => expect(live.lines[0]?.node).toMatchObject({ region: "north", zone: "north-1" }));
});

test("[LV2] a line names the topics that changed, and no others", async () => {
  await using server = await startServer();
  for (const name of ["still", "busy", "gone"]) server.broker.ensureTopic(name);
  using live = follow(server);
  await eventually(() => expect(live.lines.length).toBeGreaterThan(1));

  await server.post("/pub?topic=busy", "x");
  await server.post("/topic/create?topic=new");
  await server.post("/topic/delete?topic=gone");
  await server.post("/channel/create?topic=busy&channel=c");
  await eventually(() => expect([...known(live.lines).keys()].sort()).toEqual(["busy", "new", "still"]));

  const deltas = live.lines.filter((line) => line.type === "delta");
  expect(new Set(deltas.flatMap(({ changed }) => changed.map(({ name }) => name)))).toEqual(
    new Set(["busy", "new"]),
  );
  expect(deltas.flatMap(({ removed }) => removed)).toEqual(["gone"]);
});

test("[LV2] a topic deleted and made again is another one, and told", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using live = follow(server);
  await server.post("/pub?topic=t", "x");
  await eventually(() => expect(known(live.lines).get("t")).toMatchObject({ messageCount: 1 }));

  await server.post("/topic/delete?topic=t");
  await server.post("/topic/create?topic=t");

  await eventually(() => expect(known(live.lines).get("t")).toMatchObject({ messageCount: 0 }));
});

test("[LV2] latencies are told where they are followed, when they change", async () => {
  await using server = await startServer({ latency: { quantiles: [0.9], windowMs: 600_000 } });
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c");
  using live = follow(server);
  const latency = () => known(live.lines).get("t")?.channels[0]?.latency;
  await eventually(() => expect(latency()).toEqual({ count: 0, percentiles: [{ quantile: 0.9, ms: 0 }] }));

  await server.post("/pub?topic=t", "x");
  await eventually(() => expect(consumer.held.length).toBe(1));
  server.advance(2_000);
  subscription.finish(consumer.held[0]!.logId, consumer.held[0]!.seq);

  await eventually(() => expect(latency()!.count).toBe(1));
  expect(latency()!.percentiles[0]!.ms).toBeGreaterThanOrEqual(2_000);
  const told = live.lines.length;
  await eventually(() => expect(live.lines.length).toBeGreaterThan(told + 2));
  const changed = live.lines.slice(told + 1).flatMap((line) => (line.type === "delta" ? line.changed : []));
  expect(changed).toEqual([]);
});

test("[LV2] each reader has its own interval and its own numbers", async () => {
  await using server = await startServer();
  server.broker.ensureTopic("t");
  using fast = follow(server, 100);
  using slow = follow(server, 400);

  await eventually(() => expect(slow.lines.length).toBeGreaterThan(2));

  expect(slow.lines.map(({ rev }) => rev)).toEqual(slow.lines.map((_, index) => index + 1));
  expect(fast.lines.length).toBeGreaterThan(slow.lines.length);
});

test("[LV3] a reader that does not read is told nothing more, buffers nothing, and is told all later", async () => {
  await using server = await startServer();
  const topics = Array.from({ length: 2_000 }, (_, i) =>
    server.broker.ensureTopic(`${"long".repeat(14)}-${i}`),
  );
  using live = follow(server);
  await eventually(() => expect(live.lines.length).toBeGreaterThan(0));
  using other = follow(server);

  live.pause();
  for (let round = 1; round <= 30; round++) {
    for (const topic of topics) topic.messageCount = round;
    const before = other.lines.length;
    await eventually(() => expect(other.lines.length).toBeGreaterThan(before));
  }
  const behind = live.lines.length;
  live.resume();

  await eventually(() => expect(known(live.lines).get(topics[0]!.name)).toMatchObject({ messageCount: 30 }));
  expect(live.lines.length - behind).toBeLessThan(25);
  expect(live.lines.map(({ rev }) => rev)).toEqual(live.lines.map((_, index) => index + 1));
});

test("[LV3] a reader that takes nothing for too long is dropped, and others are not", async () => {
  await using server = await startServer({ stalledMs: 300 });
  const topics = Array.from({ length: 2_000 }, (_, i) =>
    server.broker.ensureTopic(`${"long".repeat(14)}-${i}`),
  );
  using live = follow(server);
  using other = follow(server);
  await eventually(() => expect(live.lines.length).toBeGreaterThan(0));

  live.pause();
  const before = other.lines.length;
  await eventually(
    () => {
      for (const topic of topics) topic.messageCount++;
      expect(other.lines.length).toBeGreaterThan(before + 20);
    },
    { withinMs: 15_000 },
  );
  live.resume();

  await eventually(() => expect(live.ended).toBe(true));
  expect(other.ended).toBe(false);
});

test("[LV3] there are at most 32 readers, and who leaves makes room", async () => {
  await using server = await startServer();
  const readers = Array.from({ length: 32 }, () => follow(server));
  await eventually(() => expect(readers.every(({ lines }) => lines.length > 0)).toBe(true));

  using more = follow(server);
  await eventually(() => expect(more.status).toBe(429));
  for (const reader of readers) reader[Symbol.dispose]();

  await eventually(async () => {
    using again = follow(server);
    await eventually(() => expect(again.status).toBeGreaterThan(0));
    expect(again.status).toBe(200);
  });
});

test("[LV4] ten thousand topics never take one turn of the loop", async () => {
  await using server = await startServer();
  for (let i = 0; i < 10_000; i++) {
    const topic = server.broker.ensureTopic(`topic-${i}`);
    for (const name of ["a", "b"]) topic.ensureChannel(name);
  }
  server.broker.settle();
  using raw = new RawConnection(server.port);
  const turns = new LongestTurn();

  raw.write(`GET /v1/live?intervalMs=100 HTTP/1.0\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
  await eventually(() => expect(raw.received.includes('\n{"type":"delta"')).toBe(true));

  // At once it takes some 45 ms.
  expect(turns.stop()).toBeLessThan(25);
  const [snapshot] = raw.received.slice(raw.received.indexOf("{")).split("\n");
  expect(JSON.parse(snapshot!).topics.length).toBe(10_000);
});

test("[LV1] an interval that is no number is refused", async () => {
  await using server = await startServer();
  using live = new LineStream(server.port, "/v1/live?intervalMs=soon");

  await eventually(() => expect(live.status).toBe(400));
});

test("[LV5] a node that stops ends its streams at once", async () => {
  await using server = await startServer();
  using live = follow(server);
  await eventually(() => expect(live.lines.length).toBeGreaterThan(0));

  await server.server.close();

  await eventually(() => expect(live.ended).toBe(true));
});
