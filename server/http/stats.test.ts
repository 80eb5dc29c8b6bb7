import { expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { TestConsumer } from "../testing/http-consumer.ts";
import { startServer, type TestServer } from "../testing/http-server.ts";
import { LongestTurn } from "../testing/longest-turn.ts";
import { RawConnection } from "../testing/raw-connection.ts";

const stats = async (server: TestServer, query = "") => {
  const reply = await server.get(`/stats?format=json${query}`);
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  return JSON.parse(reply.text);
};
const noLatency = { count: 0, percentiles: null };

test("[HT9] an idle node's JSON is nsqd's, key by key", async () => {
  await using server = await startServer();

  const reply = await server.get("/stats?format=json");

  expect(reply.text).toBe(
    '{"version":"1.3.0","health":"OK","start_time":1700000000,"topics":[],"memory":{"heap_objects":1,' +
      '"heap_idle_bytes":2,"heap_in_use_bytes":3,"heap_released_bytes":4,"gc_pause_usec_100":5,' +
      '"gc_pause_usec_99":6,"gc_pause_usec_95":7,"next_gc_bytes":8,"gc_total_runs":9},"producers":null}',
  );
});

test("[HT9] topics, channels and clients have NSQ's fields", async () => {
  await using server = await startServer();
  new TestConsumer(server).subscribe(server, "t", "c");

  const { topics } = await stats(server);

  expect(topics).toEqual([
    {
      topic_name: "t",
      channels: [
        {
          channel_name: "c",
          depth: 0,
          backend_depth: 0,
          in_flight_count: 0,
          deferred_count: 0,
          message_count: 0,
          requeue_count: 0,
          timeout_count: 0,
          client_count: 1,
          clients: [
            {
              client_id: "client-1",
              hostname: "client.example.com",
              version: "V2",
              remote_address: "10.0.0.7:40123",
              state: 3,
              ready_count: 1,
              in_flight_count: 0,
              message_count: 0,
              finish_count: 0,
              requeue_count: 0,
              connect_ts: expect.any(Number),
              sample_rate: 0,
              deflate: false,
              snappy: false,
              user_agent: "test/1.0",
              topology_zone: "",
              topology_region: "",
              tls: false,
              tls_cipher_suite: "",
              tls_version: "",
              tls_negotiated_protocol: "",
              tls_negotiated_protocol_is_mutual: false,
            },
          ],
          paused: false,
          e2e_processing_latency: noLatency,
        },
      ],
      depth: 0,
      backend_depth: 0,
      message_count: 0,
      message_bytes: 0,
      paused: false,
      e2e_processing_latency: noLatency,
    },
  ]);
});

test("[HT9] what timed out with each client is told to who asks for it", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c");
  subscription.timeoutCount = 3;
  const clientOf = async (query: string) => (await stats(server, query)).topics[0].channels[0].clients[0];

  expect(await clientOf("&include_timeouts=true")).toMatchObject({ timeout_count: 3 });
  expect(await clientOf("")).not.toHaveProperty("timeout_count");
});

test.each([
  [
    "",
    [
      ["a", ["x", "y"]],
      ["b", ["x"]],
      ["c", []],
    ],
  ],
  ["&topic=a", [["a", ["x", "y"]]]],
  ["&topic=c", [["c", []]]],
  ["&topic=nobody", null],
  ["&topic=nobody&channel=x", null],
  [
    "&channel=x",
    [
      ["a", ["x"]],
      ["b", ["x"]],
    ],
  ],
  ["&channel=nobody", []],
  ["&topic=a&channel=y", [["a", ["y"]]]],
  ["&topic=a&channel=nobody", []],
  [
    "&topic=&channel=",
    [
      ["a", ["x", "y"]],
      ["b", ["x"]],
      ["c", []],
    ],
  ],
])("[HT9] %j selects %j, sorted by name", async (query, selected) => {
  await using server = await startServer();
  for (const [topic, channels] of [
    ["c", []],
    ["b", ["x"]],
    ["a", ["y", "x"]],
  ] as const) {
    for (const channel of channels) server.broker.ensureTopic(topic).ensureChannel(channel);
    server.broker.ensureTopic(topic);
  }

  const { topics } = await stats(server, query);

  type Topic = { topic_name: string; channels: { channel_name: string }[] };
  const names = topics?.map((topic: Topic) => [topic.topic_name, topic.channels.map((c) => c.channel_name)]);
  expect(names ?? null).toEqual(selected);
});

test.each([
  ["", true],
  ["true", true],
  ["1", true],
  ["yes", true],
  ["False", true],
  ["false", false],
  ["0", false],
])("[HT9] include_clients and include_mem of %j are %s", async (word, included) => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "t", "c");
  consumer.pubCounts.set("t", 1);

  const value = await stats(server, `&include_clients=${word}&include_mem=${word}`);

  const [channel] = value.topics[0].channels;
  expect(channel.client_count).toBe(1);
  expect(channel.clients?.length ?? null).toBe(included ? 1 : null);
  expect(value.producers?.length ?? null).toBe(included ? 1 : null);
  expect("memory" in value).toBe(included);
});

test("[HT9] a topic may have any name there is", async () => {
  await using server = await startServer();
  for (const name of ["__proto__", "constructor", "toString"])
    server.broker.ensureTopic(name).ensureChannel(name);

  const { topics } = await stats(server);
  const text = await server.get("/stats?topic=__proto__");

  expect(topics.map((topic: { topic_name: string }) => topic.topic_name)).toEqual([
    "__proto__",
    "constructor",
    "toString",
  ]);
  expect(text.text).toContain("[__proto__");
});

test("[HT10] counters tell what happened", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c", 4);

  await server.post("/mpub?topic=t", "one\ntwo\nthree\nfour\nfive");
  await server.post("/pub?topic=t&defer=60000", "later");
  await eventually(() => expect(consumer.held.length).toBe(4));
  const [one, two, three] = consumer.held;
  server.now();
  subscription.ready(0);
  subscription.finish(one!.logId, one!.seq);
  subscription.requeue(two!.logId, two!.seq, 0);
  subscription.requeue(three!.logId, three!.seq, 300_000);
  const before = await stats(server);
  server.advance(61_000);
  const after = await stats(server);

  const [topic] = before.topics;
  expect(topic).toMatchObject({ depth: 0, message_count: 6, message_bytes: 24 });
  expect(topic.channels[0]).toMatchObject({
    depth: 2,
    in_flight_count: 1,
    deferred_count: 2,
    message_count: 6,
    requeue_count: 2,
    timeout_count: 0,
    global_msg_count: 4,
  });
  expect(topic.channels[0].clients[0]).toMatchObject({
    ready_count: 0,
    in_flight_count: 1,
    message_count: 4,
    finish_count: 1,
    requeue_count: 2,
  });
  expect(after.topics[0].channels[0]).toMatchObject({
    depth: 4,
    in_flight_count: 0,
    deferred_count: 1,
    requeue_count: 2,
    timeout_count: 1,
  });
});

test("[HT10] depth beyond mem-queue-size is backend depth", async () => {
  await using server = await startServer({ memQueueSize: 10 });
  server.broker.ensureTopic("t").ensureChannel("c");

  await server.post("/mpub?topic=t", "x\n".repeat(25));

  await eventually(async () => {
    const { topics } = await stats(server);
    expect(topics[0].channels[0]).toMatchObject({ depth: 25, backend_depth: 15 });
  });
});

test("[HT11] the text has nsqd's lines", async () => {
  await using server = await startServer();
  const consumer = new TestConsumer(server);
  consumer.subscribe(server, "orders", "billing");
  const producer = new TestConsumer(server);
  producer.pubCounts.set("orders", 2).set("refunds", 1);
  await server.post("/topic/create?topic=paused");
  await server.post("/channel/create?topic=paused&channel=waits");
  await server.post("/topic/pause?topic=paused");
  await server.post("/channel/pause?topic=paused&channel=waits");

  const reply = await server.get("/stats");

  expect(reply.headers["content-type"]).toBe("text/plain; charset=utf-8");
  const [head, memory, ...rest] = reply.text.split(/\n(?=Memory:|Topics:)/);
  expect(head).toMatch(
    /^nsqd v1\.3\.0 \(built w\/node\d+[^)]*\)\nstart_time 2023-11-1[45]T\S+\nuptime \d+h\d+m[\d.]+s\n\nHealth: OK\n$/,
  );
  expect(memory).toMatch(/^Memory:\n {3}heap_objects {13}\t1\n(?: {3}\w+ +\t\d\n){8}$/);
  expect(rest.join("\n")).toMatch(
    new RegExp(
      `^${[
        "Topics:",
        "   \\[orders         \\] depth: 0     be-depth: 0     msgs: 0        e2e%: ",
        "      \\[billing                  \\] depth: 0     be-depth: 0     inflt: 0    def: 0    re-q: 0     timeout: 0     msgs: 0        e2e%: ",
        "        \\[V2 client.example.com:40123 test/1.0\\] state: 3 inflt: 0    rdy: 1    fin: 0        re-q: 0        msgs: 0        connected: \\ds",
        "",
        "\\*P \\[paused         \\] depth: 0     be-depth: 0     msgs: 0        e2e%: ",
        "   \\*P \\[waits                    \\] depth: 0     be-depth: 0     inflt: 0    def: 0    re-q: 0     timeout: 0     msgs: 0        e2e%: ",
        "",
        "Producers:",
        "   \\[V2 client.example.com:40123 test/1.0\\] msgs: 3        topics: orders=2,refunds=1 connected: \\ds",
        "$",
      ].join("\n")}`,
    ),
  );
});

const latency = { quantiles: [1, 0.5], windowMs: 600_000 };

test("[HT9] latencies are null where they are not followed, zero where nothing was finished", async () => {
  await using server = await startServer({ latency });
  server.broker.ensureTopic("t").ensureChannel("c");
  server.broker.ensureTopic("alone");

  const { text } = await server.get("/stats?format=json");

  const zero =
    '"e2e_processing_latency":{"count":0,"percentiles":[{"quantile":1,"value":0},{"quantile":0.5,"value":0}]}';
  const { topics } = JSON.parse(text);
  expect(text.split(zero).length - 1).toBe(2);
  expect(topics[0]).toMatchObject({ topic_name: "alone", e2e_processing_latency: noLatency });
});

test("[HT10][HT11] latencies tell how long messages took from publish to FIN", async () => {
  await using server = await startServer({ latency });
  const consumer = new TestConsumer(server);
  const subscription = consumer.subscribe(server, "t", "c", 2);
  server.broker.ensureTopic("t").ensureChannel("slower");
  await server.post("/mpub?topic=t", "one\ntwo");
  await eventually(() => expect(consumer.held.length).toBe(2));

  for (const [ms, { logId, seq }] of [
    [30, consumer.held[0]!],
    [1_970, consumer.held[1]!],
  ] as const) {
    server.advance(ms);
    subscription.finish(logId, seq);
  }
  const { topics } = await stats(server);
  const { text } = await server.get("/stats");

  const [topic] = topics;
  const [{ e2e_processing_latency: ofChannel }] = topic.channels;
  expect(ofChannel.count).toBe(2);
  expect(ofChannel.percentiles.map(({ quantile }: { quantile: number }) => quantile)).toEqual([1, 0.5]);
  const [longest, median] = ofChannel.percentiles.map(({ value }: { value: number }) => value);
  // The messages waited for the test too.
  expect(longest).toBeGreaterThanOrEqual(2_000_000_000);
  expect(longest).toBeLessThan(4_000_000_000);
  expect(median).toBeGreaterThan(29_000_000);
  expect(median).toBeLessThan(longest - 1_900_000_000);
  expect(topic.e2e_processing_latency).toEqual(ofChannel);
  expect(text).toMatch(/\[t {14}\] .* e2e%: \d\.\ds, \d+\.\dms\n/);
  expect(text).toMatch(/\[c {24}\] .* e2e%: \d\.\ds, \d+\.\dms\n/);
  expect(text).toMatch(/\[slower {19}\] .* e2e%: 0\.0ns, 0\.0ns\n/);
});

test("[HT11] with nothing to show, and without what was not asked for, it says so", async () => {
  await using server = await startServer();

  const { text } = await server.get("/stats?include_mem=false&format=JSON");

  expect(text).toMatch(/\nHealth: OK\n\nTopics: None\n\nProducers: None\n$/);
});

test("[HT12] producers are those who have published, with what to where", async () => {
  await using server = await startServer();
  const [both, one, none] = [new TestConsumer(server), new TestConsumer(server), new TestConsumer(server)];
  server.broker.ensureTopic("a");
  both.pubCounts.set("a", 3).set("b", 1);
  one.pubCounts.set("b", 2);

  const all = (await stats(server)).producers;
  const ofA = (await stats(server, "&topic=a")).producers;
  const ofNobody = (await stats(server, "&topic=nobody")).producers;

  type Producer = { client_id: string; pub_counts?: unknown };
  const counts = (producers: Producer[]) =>
    producers.map((producer) => [producer.client_id, producer.pub_counts]);
  expect(counts(all)).toEqual([
    [
      both.identity.clientId,
      [
        { topic: "a", count: 3 },
        { topic: "b", count: 1 },
      ],
    ],
    [one.identity.clientId, [{ topic: "b", count: 2 }]],
  ]);
  expect(counts(ofA)).toEqual([
    [both.identity.clientId, [{ topic: "a", count: 3 }]],
    [one.identity.clientId, undefined],
  ]);
  expect(ofNobody).toBeNull();
  expect(none.pubCounts.size).toBe(0);
});

test("[HX6] the stats of ten thousand topics are written in slices, whole", async () => {
  await using server = await startServer();
  for (let i = 0; i < 10_000; i++) server.broker.ensureTopic(`topic-${i}`).ensureChannel("c");
  server.broker.settle();
  const raw = new RawConnection(server.port);
  const turns = new LongestTurn();

  raw.write("GET /stats?format=json HTTP/1.1\r\nHost: x\r\n\r\n");
  await eventually(() => expect(raw.received.endsWith("0\r\n\r\n")).toBe(true));

  // At once it takes some 70 ms.
  expect(turns.stop()).toBeLessThan(25);
  expect(raw.received.match(/"topic_name":/g)?.length).toBe(10_000);
  raw[Symbol.dispose]();
});
