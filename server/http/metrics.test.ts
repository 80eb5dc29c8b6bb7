import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { parseExposition } from "../testing/exposition.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { LongestTurn } from "../testing/longest-turn.ts";
import { RawConnection } from "../testing/raw-connection.ts";

async function scrape(server: TestServer) {
  const reply = await server.get("/metrics");
  expect(reply.status).toBe(200);
  expect(reply.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parseExposition(reply.text);
}

const followed = { quantiles: [0.5, 0.99, 0.5], windowMs: 600_000 };

/** Topics and channels that have series of their own. */
function told({ samples }: ReturnType<typeof parseExposition>): string[] {
  return [...samples.keys()]
    .filter((series) => /^weir_(topic|channel)_paused/.test(series))
    .map((series) => [...series.matchAll(/="(.*?)"/g)].map((match) => match[1]).join("/"));
}

test("[ME1][ME3] a node tells what happened to its messages, in all and one by one", async () => {
  await using server = await startServer({ latency: followed });
  server.lookupStates.push("down", "up", "down");
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "orders", "billing", 3);
  await server.post("/mpub?topic=orders", "one\ntwo\nthree\nfour");
  await server.post("/pub?topic=orders&defer=60000", "later");
  await eventually(() => expect(consumer.held.length).toBe(3));
  server.advance(1_500);
  subscription.ready(0);
  subscription.finish(consumer.held[0]!.logId, consumer.held[0]!.seq);
  subscription.requeue(consumer.held[1]!.logId, consumer.held[1]!.seq, 0);

  const { samples, families } = await scrape(server);

  const names = '{topic="orders",channel="billing"}';
  expect(Object.fromEntries(samples)).toMatchObject({
    weir_healthy: 1,
    weir_topics: 1,
    weir_channels: 1,
    weir_topics_without_metrics: 0,
    weir_connections: 1,
    weir_consumers: 1,
    weir_messages_published_total: 5,
    weir_published_bytes_total: 20,
    weir_messages_delivered_total: 3,
    weir_messages_finished_total: 1,
    weir_messages_requeued_total: 1,
    weir_messages_timed_out_total: 0,
    weir_messages_waiting: 2,
    weir_messages_in_flight: 1,
    weir_messages_deferred: 1,
    'weir_pressure{state="none"}': 1,
    'weir_pressure{state="hold"}': 0,
    'weir_lookups{state="up"}': 1,
    'weir_lookups{state="connecting"}': 0,
    'weir_lookups{state="down"}': 2,
    'weir_topic_messages_published_total{topic="orders"}': 5,
    'weir_topic_messages_waiting{topic="orders"}': 0,
    [`weir_channel_messages_entered_total${names}`]: 5,
    [`weir_channel_messages_delivered_total${names}`]: 3,
    [`weir_channel_messages_waiting${names}`]: 2,
    [`weir_channel_messages_in_flight${names}`]: 1,
    [`weir_channel_messages_deferred${names}`]: 1,
    [`weir_channel_consumers${names}`]: 1,
    [`weir_channel_paused${names}`]: 0,
    [`weir_channel_latency_seconds_count${names}`]: 1,
  });
  for (const series of [
    'weir_channel_latency_seconds{topic="orders",channel="billing",quantile="0.99"}',
    `weir_channel_latency_seconds_sum${names}`,
    `weir_channel_oldest_message_age_seconds${names}`,
  ]) {
    expect(samples.get(series)).toBeGreaterThanOrEqual(1.5);
    expect(samples.get(series)).toBeLessThan(5);
  }
  expect(samples.get("process_resident_memory_bytes")).toBeGreaterThan(2 ** 20);
  expect(samples.get("process_start_time_seconds")).toBeLessThanOrEqual(Date.now() / 1_000);
  expect(families.get("weir_channel_latency_seconds")!.type).toBe("summary");
  // Not known: there was no commit.
  expect(families.has("weir_store_commit_p99_seconds")).toBe(false);
});

test("[ME3] what a node has counted never goes back, whatever is deleted", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c", 10);
  await server.post("/mpub?topic=t", "one\ntwo");
  await eventually(() => expect(consumer.held.length).toBe(2));
  for (const { logId, seq } of consumer.held) subscription.finish(logId, seq);
  const totals = async () =>
    [...(await scrape(server)).samples].filter(([series]) => /^weir_[a-z]+_[a-z]+_total$/.test(series));
  const before = await totals();

  await server.post("/channel/delete?topic=t&channel=c");
  expect(await totals()).toEqual(before);
  await server.post("/topic/delete?topic=t");
  expect(await totals()).toEqual(before);
  await server.post("/pub?topic=t", "three");

  expect(new Map(await totals()).get("weir_messages_published_total")).toBe(3);
});

test.each([
  ["auto", ["t", "t/c", "u"], 3],
  ["on", ["e#ephemeral", "e#ephemeral/c", "t", "t/c", "t/tail#ephemeral", "u"], 0],
  ["off", [], 6],
])("[ME2] with %s %j have series of their own", async (perTopic, expected, left) => {
  await using server = await startServer({ options: { "metrics-per-topic": perTopic } });
  server.broker.ensureTopic("e#ephemeral").ensureChannel("c");
  for (const channel of ["c", "tail#ephemeral"]) server.broker.ensureTopic("t").ensureChannel(channel);
  server.broker.ensureTopic("u");

  const found = await scrape(server);

  expect(told(found).toSorted()).toEqual(expected);
  expect(found.families.has("weir_lookups")).toBe(false);
  expect(found.samples.get("weir_topics_without_metrics")).toBe(left);
  expect(found.samples.get("weir_topics")).toBe(3);
});

test("[ME2] of very many the oldest 2,000 are told of one by one, and all are in the sums", async () => {
  await using server = await startServer();
  for (let i = 0; i < 1_000; i++)
    for (const channel of ["a", "b"]) server.broker.ensureTopic(`topic-${i}`).ensureChannel(channel);
  server.broker.ensureTopic("topic-666").put(Buffer.from("x"), new DataView(new ArrayBuffer(1)), 0, 1, null);

  const found = await scrape(server);

  const names = told(found);
  expect(names.length).toBe(2_000);
  expect(names).toContain("topic-666/a");
  expect(names).not.toContain("topic-667");
  expect(found.samples.get("weir_topics_without_metrics")).toBe(1_000);
  expect(found.samples.get("weir_messages_published_total")).toBe(1);
});

test("[ME4] ten thousand topics are told of in slices, each series once", async () => {
  await using server = await startServer({
    latency: followed,
    options: { "metrics-per-topic": "on" },
  });
  for (let i = 0; i < 10_000; i++) server.broker.ensureTopic(`topic-${i}`).ensureChannel("c");
  server.broker.settle();
  using raw = new RawConnection(server.port);
  const turns = new LongestTurn();

  raw.write("GET /metrics HTTP/1.0\r\n\r\n");
  await eventually(() => expect(raw.ended).toBe(true), { withinMs: 20_000 });

  expect(turns.stop()).toBeLessThan(25);
  const body = raw.received.slice(raw.received.indexOf("\r\n\r\n") + 4);
  expect(told(parseExposition(body)).length).toBe(20_000);
});
