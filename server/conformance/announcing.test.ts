import { expect, test } from "vitest";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startLookupd } from "../testing/lookupd.ts";
import { uniqueTopic } from "../testing/names.ts";
import { startNode } from "../testing/node.ts";
import { ScriptedLookup } from "../testing/scripted-lookup.ts";

const soonMs = 1_000;
const here = { hostname: "here", version: "1.3.0" };

const introduced = (lookup: ScriptedLookup) => () => expect(lookup.lines).toContain("IDENTIFY");

test("[LI1] topics and channels are registered when they come and taken back when they go", async () => {
  await using lookup = await ScriptedLookup.start();
  await using node = await startNode({ "lookupd-tcp-address": lookup.address });
  await eventually(introduced(lookup));
  expect(lookup.lines.slice(0, 2)).toEqual(["  V1", "IDENTIFY"]);

  const steps: [act: string, told: string][] = [
    ["/topic/create?topic=orders", "REGISTER orders"],
    ["/channel/create?topic=orders&channel=billing", "REGISTER orders billing"],
    ["/channel/create?topic=orders&channel=tail%23ephemeral", "REGISTER orders tail#ephemeral"],
    ["/channel/delete?topic=orders&channel=billing", "UNREGISTER orders billing"],
    ["/topic/delete?topic=orders", "UNREGISTER orders"],
  ];
  for (const [act, told] of steps) {
    await node.act(act);
    await eventually(() => expect(lookup.registrations).toContain(told), { withinMs: soonMs });
  }
  expect(lookup.registrations.slice(0, 4)).toEqual(steps.slice(0, 4).map(([, told]) => told));
  expect(lookup.registrations.slice(4).toSorted()).toEqual([
    "UNREGISTER orders",
    "UNREGISTER orders tail#ephemeral",
  ]);
});

test("[LI2] a lookup that was away is told everything there is by then", async () => {
  await using lookup = await ScriptedLookup.start();
  await using node = await startNode({ "lookupd-tcp-address": lookup.address });
  await node.act("/topic/create?topic=orders");
  await node.act("/channel/create?topic=orders&channel=billing");
  await node.act("/topic/create?topic=bare");
  await node.act("/topic/create?topic=gone");
  await eventually(() => expect(lookup.registrations).toHaveLength(4));

  const { port } = lookup;
  await lookup.drop();
  await node.act("/topic/delete?topic=gone");
  await node.act("/topic/create?topic=late");
  lookup.heard.length = 0;
  await lookup.listen(port);

  await eventually(() => expect(lookup.registrations).toHaveLength(3), { withinMs: 16_000 });
  expect(lookup.lines.slice(0, 2)).toEqual(["  V1", "IDENTIFY"]);
  expect(lookup.registrations.toSorted()).toEqual([
    "REGISTER bare",
    "REGISTER late",
    "REGISTER orders billing",
  ]);
});

test.concurrent("[LI3] a lookup is pinged every 15 s, whatever else it is told", async () => {
  await using lookup = await ScriptedLookup.start();
  await using node = await startNode({ "lookupd-tcp-address": lookup.address });
  const pings = () => lookup.heard.filter(({ line }) => line === "PING").map(({ atMs }) => atMs);
  await eventually(introduced(lookup));
  const identifiedMs = lookup.heard.find(({ line }) => line === "IDENTIFY")!.atMs;

  await eventually(() => expect(pings()).toHaveLength(1), { withinMs: 17_000 });
  await node.act("/topic/create?topic=orders");
  await eventually(() => expect(pings()).toHaveLength(2), { withinMs: 17_000 });

  const [first, second] = pings();
  for (const gapMs of [first! - identifiedMs, second! - first!]) {
    expect(gapMs).toBeGreaterThan(14_000);
    expect(gapMs).toBeLessThan(16_000);
  }
  expect(lookup.connections).toBe(1);
});

test("[LI4] channels that the lookups know are there before a new topic's first message", async () => {
  await using one = await ScriptedLookup.start();
  await using other = await ScriptedLookup.start();
  const topic = uniqueTopic();
  one.channels = { [topic]: ["billing", "tail#ephemeral", "no name!"] };
  other.channels = { [topic]: ["billing", "shipping"] };
  await using node = await startNode({ "lookupd-tcp-address": [one.address, other.address] });
  await using client = await subscribe(node.tcpPort, topic, "own", { rdy: 1 });

  client.pub(topic, "first");
  await client.expectOk();
  expect((await client.nextMessage()).body.toString()).toBe("first");

  const { channels } = await node.topic(topic);
  expect(channels.map(({ channel_name: name, message_count: count }) => [name, count]).toSorted()).toEqual([
    ["billing", 1],
    ["own", 1],
    ["shipping", 1],
  ]);
  expect([one.asked, other.asked]).toEqual([[topic], [topic]]);
});

test("[LI4] the very first command of a node that has just started waits for its lookups too", async () => {
  await using lookup = await ScriptedLookup.start();
  lookup.channels = { orders: ["billing"] };
  await using node = await startNode({ "lookupd-tcp-address": lookup.address });
  await using client = await connect(node.tcpPort);

  client.mpub("orders", ["one", "two"]);
  await client.expectOk();

  await eventually(async () => expect((await node.channel("orders", "billing")).depth).toBe(2));
});

test("[LI4] a topic that was there before is not asked for", async () => {
  await using node = await startNode();
  await node.act("/topic/create?topic=orders");
  await node.stop();
  await using lookup = await ScriptedLookup.start();
  lookup.channels = { orders: ["billing"] };
  await using again = await startNode({ "lookupd-tcp-address": lookup.address }, { dataPath: node.dataPath });

  await eventually(() => expect(lookup.registrations).toEqual(["REGISTER orders"]));

  expect(lookup.asked).toEqual([]);
  expect((await again.topic("orders")).channels).toEqual([]);
});

test("[LI5] lookups are added and left at once by PUT /config", async () => {
  await using one = await ScriptedLookup.start();
  await using other = await ScriptedLookup.start();
  await using node = await startNode({ "lookupd-tcp-address": one.address });
  await node.act("/topic/create?topic=orders");
  await eventually(() => expect(one.registrations).toEqual(["REGISTER orders"]));
  const put = (addresses: readonly string[]) =>
    fetch(`${node.httpUrl}/config/nsqlookupd_tcp_addresses`, {
      method: "PUT",
      body: JSON.stringify(addresses),
    });

  expect(await (await put([one.address, other.address, other.address])).json()).toHaveLength(3);
  await eventually(() => expect(other.registrations).toEqual(["REGISTER orders"]), { withinMs: soonMs });
  await put([other.address]);
  await eventually(() => expect(one.open).toBe(0), { withinMs: soonMs });
  await node.act("/topic/create?topic=later");
  await eventually(() => expect(other.registrations).toHaveLength(2), { withinMs: soonMs });

  expect([one.connections, other.connections]).toEqual([1, 1]);
  expect(one.registrations).toHaveLength(1);
});

test("[LI6] a node says where it is to be reached, or where it listens", async () => {
  await using lookup = await ScriptedLookup.start();
  const flags = { "lookupd-tcp-address": lookup.address, "broadcast-address": "node.example.com" };
  await using plain = await startNode({ ...flags, "topology-zone": "z", "topology-region": "r" });
  await eventually(() => expect(lookup.bodies).toHaveLength(1));
  await using mapped = await startNode({ ...flags, "broadcast-tcp-port": 5150, "broadcast-http-port": 5151 });
  await eventually(() => expect(lookup.bodies).toHaveLength(2));

  expect(lookup.bodies[0]).toMatchObject({
    broadcast_address: "node.example.com",
    tcp_port: plain.tcpPort,
    http_port: Number(new URL(plain.httpUrl).port),
    version: "1.3.0",
    topology_zone: "z",
    topology_region: "r",
  });
  expect(lookup.bodies[1]).toMatchObject({ tcp_port: 5150, http_port: 5151, topology_zone: "" });
  expect(mapped.tcpPort).not.toBe(5150);
});

test("[LI6] consumers are told by nsqlookupd where a node says it is", async () => {
  await using lookupd = await startLookupd({ identity: { ...here, broadcastAddress: "127.0.0.1" } });
  await using node = await startNode({
    "lookupd-tcp-address": `127.0.0.1:${lookupd.tcpPort}`,
    ...{ "broadcast-address": "node.example.com", "broadcast-tcp-port": 5150, "broadcast-http-port": 5151 },
  });

  await node.act("/topic/create?topic=orders");
  await node.act("/channel/create?topic=orders&channel=billing");

  await eventually(async () =>
    expect(await lookupd.get("/lookup?topic=orders")).toMatchObject({
      channels: ["billing"],
      producers: [{ broadcast_address: "node.example.com", tcp_port: 5150, http_port: 5151 }],
    }),
  );
});

test("[LI4] a second node has by nsqlookupd the channels of the first before its first message", async () => {
  await using lookupd = await startLookupd({ identity: { ...here, broadcastAddress: "127.0.0.1" } });
  const flags = { "lookupd-tcp-address": `127.0.0.1:${lookupd.tcpPort}` };
  await using first = await startNode(flags);
  await first.act("/topic/create?topic=orders");
  for (const channel of ["billing", "shipping"])
    await first.act(`/channel/create?topic=orders&channel=${channel}`);
  await eventually(async () =>
    expect(await lookupd.get("/channels?topic=orders")).toMatchObject({ channels: { length: 2 } }),
  );

  await using second = await startNode(flags);
  await second.act("/pub?topic=orders", "first");

  for (const channel of ["billing", "shipping"])
    await eventually(async () => expect((await second.channel("orders", channel)).depth).toBe(1));
});

test("[LI8] a node starts and serves while its lookups are down, and finds them later", async () => {
  await using lookup = await ScriptedLookup.start();
  const { port } = lookup;
  await lookup.drop();
  await using node = await startNode({
    "lookupd-tcp-address": [`127.0.0.1:${port}`, "no-such-host.invalid:4160"],
  });
  await using client = await subscribe(node.tcpPort, "orders", "billing", { rdy: 1 });

  client.pub("orders", "one");
  await client.expectOk();
  expect((await client.nextMessage()).body.toString()).toBe("one");
  await lookup.listen(port);

  await eventually(() => expect(lookup.registrations).toEqual(["REGISTER orders billing"]), {
    withinMs: 16_000,
  });
});
