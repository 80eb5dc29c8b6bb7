import { expect, test } from "vitest";
import { subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { type Flags, startNode, type TestNode } from "../testing/node.ts";
import { TestStatsd } from "../testing/statsd.ts";

async function pushing(flags: Flags = {}) {
  const statsd = await TestStatsd.open();
  const node = await startNode({
    "statsd-address": `127.0.0.1:${statsd.port}`,
    "statsd-interval": "1s",
    "statsd-mem-stats": false,
    ...flags,
  });
  return { statsd, node };
}

const httpPortOf = (node: TestNode) => new URL(node.httpUrl).port;
const memory = [
  "heap_objects",
  "heap_idle_bytes",
  "heap_in_use_bytes",
  "heap_released_bytes",
  "next_gc_bytes",
];
const pauses = ["gc_pause_usec_100", "gc_pause_usec_99", "gc_pause_usec_95"];

test("[ST1] keys, types, values and packets are nsqd's, and counters are deltas", async () => {
  const { statsd, node } = await pushing({ "statsd-mem-stats": true });
  await using _ = node;
  using __ = statsd;
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 1 });
  await node.act("/topic/create?topic=another");
  await node.act("/mpub?topic=orders", "one\ntwo\nthree");
  consumer.req((await consumer.nextMessage()).id, 60_000);
  await consumer.nextMessage();

  const prefix = `nsq.127_0_0_1_${httpPortOf(node)}.`;
  const topic = (name: string, values: readonly number[]) => [
    [`${prefix}topic.${name}.message_count`, "c", values[0]],
    [`${prefix}topic.${name}.message_bytes`, "c", values[1]],
    [`${prefix}topic.${name}.depth`, "g", values[2]],
    [`${prefix}topic.${name}.backend_depth`, "g", values[3]],
  ];
  const figures = [
    ["message_count", "c", 3],
    ["depth", "g", 1],
    ["backend_depth", "g", 0],
    ["in_flight_count", "g", 1],
    ["deferred_count", "g", 1],
    ["requeue_count", "c", 1],
    ["timeout_count", "c", 0],
    ["clients", "g", 1],
  ] as const;
  const channel = figures.map(([name, type, value]) => [
    `${prefix}topic.orders.channel.billing.${name}`,
    type,
    value,
  ]);

  const requeues = `${prefix}topic.orders.channel.billing.requeue_count`;
  const collections = `${prefix}mem.gc_runs`;
  await eventually(() => expect(statsd.valuesOf(requeues)).toContain(1));
  await eventually(() => {
    const since = statsd.valuesOf(requeues);
    expect(since.slice(since.indexOf(1), since.indexOf(1) + 2)).toEqual([1, 0]);
    expect(statsd.valuesOf(collections).length).toBe(since.length);
  });
  const { lines } = statsd;
  const told = lines.findIndex(({ key, value }) => key === requeues && value === 1);
  const from = lines.findLastIndex(
    ({ key }, at) => at < told && key === `${prefix}topic.another.message_count`,
  );
  const push = lines.slice(from, lines.findIndex(({ key }, at) => at > told && key === collections) + 1);
  const isMemory = (key: string) => key.startsWith(`${prefix}mem.`);
  // Published and requeued may fall into two pushes.
  const sums = new Map(
    ["message_count", "message_bytes"].map((name) => {
      const key = `${prefix}topic.orders.${name}`;
      return [key, statsd.valuesOf(key).reduce((sum, value) => sum + value, 0)];
    }),
  );
  sums.set(`${prefix}topic.orders.channel.billing.message_count`, 3);

  expect(
    push
      .filter(({ key }) => !isMemory(key))
      .map(({ key, type, value }) => [key, type, sums.get(key) ?? value]),
  ).toEqual([...topic("another", [0, 0, 0, 0]), ...topic("orders", [3, 11, 0, 0]), ...channel]);
  expect(
    push
      .filter(({ key }) => isMemory(key))
      .map(({ key, type }) => [key, type])
      .toSorted(),
  ).toEqual(
    [...[...memory, ...pauses].map((name) => [`${prefix}mem.${name}`, "g"]), [collections, "c"]].toSorted(),
  );
  for (const packet of statsd.packets) expect(packet.length).toBeLessThanOrEqual(508);
});

test("[ST1] the prefix and the size of packets are what was asked for", async () => {
  const { statsd, node } = await pushing({
    "statsd-prefix": "x.%s.y",
    "statsd-udp-packet-size": 150,
    "broadcast-address": "node.example.com",
    "broadcast-http-port": 80,
  });
  await using _ = node;
  using __ = statsd;
  for (const name of ["a", "b", "c"]) await node.act(`/topic/create?topic=${name}`);

  await eventually(() =>
    expect(statsd.valuesOf("x.node_example_com_80.y.topic.c.backend_depth")).toContain(0),
  );

  expect(statsd.lines.every(({ key }) => key.startsWith("x.node_example_com_80.y.topic."))).toBe(true);
  expect(Math.max(...statsd.packets.map((packet) => packet.length))).toBeLessThanOrEqual(150);
  expect(Math.max(...statsd.packets.map((packet) => packet.length))).toBeGreaterThan(100);
});

test("[ST2] ephemeral topics and channels, and memory, are left out where that is asked for", async () => {
  const { statsd, node } = await pushing({ "statsd-exclude-ephemeral": true, "statsd-prefix": "" });
  await using _ = node;
  using __ = statsd;
  await node.act("/topic/create?topic=gone%23ephemeral");
  await using consumer = await subscribe(node.tcpPort, "kept", "tail#ephemeral");
  await node.act("/channel/create?topic=kept&channel=kept");
  await consumer.expectAlive();

  await eventually(() =>
    expect(statsd.valuesOf("topic.kept.channel.kept.clients").length).toBeGreaterThan(1),
  );

  expect(statsd.lines.filter(({ key }) => /ephemeral|^mem\./.test(key))).toEqual([]);
});

test("[ST2] ephemeral ones are told of where that is not asked for", async () => {
  const { statsd, node } = await pushing({ "statsd-prefix": "" });
  await using _ = node;
  using __ = statsd;
  await using consumer = await subscribe(node.tcpPort, "t#ephemeral", "c#ephemeral");
  await consumer.expectNothing({ forMs: 1 });

  await eventually(() =>
    expect(statsd.valuesOf("topic.t#ephemeral.channel.c#ephemeral.clients")).toContain(1),
  );
});

test("[ST3] percentiles of latency are in the stats and in statsd, and follow what FIN brings", async () => {
  const { statsd, node } = await pushing({
    "statsd-prefix": "",
    "e2e-processing-latency-percentile": ["0.5,0.999", "1.0"],
  });
  await using _ = node;
  using __ = statsd;
  await using consumer = await subscribe(node.tcpPort, "t", "c", { rdy: 1 });
  const latency = async () => {
    const { channels, ...topic } = (await node.topic("t")) as unknown as Record<string, unknown> & {
      channels: { e2e_processing_latency: Latency }[];
    };
    expect(topic["e2e_processing_latency"]).toEqual(channels[0]!.e2e_processing_latency);
    return channels[0]!.e2e_processing_latency;
  };
  interface Latency {
    readonly count: number;
    readonly percentiles: readonly { readonly quantile: number; readonly value: number }[];
  }
  expect(await latency()).toEqual({
    count: 0,
    percentiles: [0.5, 0.999, 1].map((quantile) => ({ quantile, value: 0 })),
  });

  consumer.pub("t", "quick");
  await consumer.expectOk();
  consumer.fin((await consumer.nextMessage()).id);
  await eventually(async () => expect((await latency()).count).toBe(1));
  const quickNs = (await latency()).percentiles[2]!.value;
  consumer.dpub("t", 700, "slow");
  await consumer.expectOk();
  consumer.fin((await consumer.nextMessage()).id);
  await eventually(async () => expect((await latency()).count).toBe(2));

  const [median, , longest] = (await latency()).percentiles;
  expect(longest!.value).toBeGreaterThanOrEqual(700e6);
  expect(Math.abs(median!.value - quickNs)).toBeLessThan(quickNs * 0.02);
  for (const key of ["topic.t.e2e_processing_latency", "topic.t.channel.c.e2e_processing_latency"]) {
    // 0.999 and 1 are both told as 100, in nsqd too.
    await eventually(() => expect(statsd.valuesOf(`${key}_100`).slice(-1)).toEqual([longest!.value]));
    expect(statsd.valuesOf(`${key}_50`).at(-1)).toBe(median!.value);
  }
});

test("[ST1] a statsd that is not there, or no address, harms nothing", async () => {
  await using node = await startNode({ "statsd-address": "127.0.0.1:1", "statsd-interval": "50ms" });
  await eventually(() =>
    expect(node.stderr.match(/STATSD: pushing stats to 127\.0\.0\.1:1\n/g)?.length).toBeGreaterThan(3),
  );
  expect(await node.stop()).toBe(0);

  await expect(startNode({ "statsd-address": "/tmp/x.sock" })).rejects.toThrow(
    "--statsd-address must be <addr>:<port>",
  );
});
