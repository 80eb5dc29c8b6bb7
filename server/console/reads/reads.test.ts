import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, connect, subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { request } from "../../testing/http.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { sharedNode } from "../../testing/shared-node.ts";
import {
  type ActionResult,
  type ApiFailure,
  apiPaths,
  type DeferredView,
  type HeldView,
  type InFlightView,
  idAfter,
  type LogView,
  type MessageNowView,
  type NodeClientsView,
  type NodeTombstoned,
  type OptionsView,
  type PoisonView,
  type ProducersView,
  type RegistrationsView,
} from "../contract/index.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { genuineNsqd, ScriptedNsq, statsChannel, statsTopic } from "../testing/scripted-nsq.ts";
import { secret, TestConsole } from "../testing/test-console.ts";
import { SharedReads } from "./shared-reads.ts";

const secretFile = join(mkdtempSync(join(tmpdir(), "weir-reads-")), "secret");
writeFileSync(secretFile, secret);
const node = await sharedNode({ "cluster-secret-file": secretFile, "mem-queue-size": "777" });
const topic = uniqueTopic();
const place = [topic, "billing"] as const;
let genuine: ScriptedNsq;
let weir: TestConsole;
let key: string;
let consumer: Client;
let producer: Client;

beforeAll(async () => {
  const published = [{ topic, count: 9 }];
  const stats = genuineNsqd([statsTopic(topic, [statsChannel("billing")])])["GET /stats"] as object;
  const producers = [
    {
      client_id: "old",
      hostname: "h",
      remote_address: "10.0.0.1:9",
      user_agent: "go-nsq",
      connect_ts: 1_700_000_000,
    },
    { client_id: "other", hostname: "h", remote_address: "10.0.0.1:8", user_agent: "go-nsq", connect_ts: 1 },
  ].map((one, at) => ({ ...one, tls: false, pub_counts: at === 0 ? published : [] }));
  genuine = await ScriptedNsq.start(genuineNsqd([], { "GET /stats": { ...stats, producers } }));
  key = new URL(node.httpUrl).host;
  producer = await connect(node.tcpPort);
  producer.pub(topic, "held");
  await producer.expectOk();
  consumer = await subscribe(node.tcpPort, topic, "billing", { rdy: 1 });
  await consumer.nextMessage();
  await request("POST", `${node.httpUrl}/pub?topic=${topic}&defer=60000`, "later");
  weir = await (await TestConsole.start([key, genuine.key])).signIn();
  await eventually(() => {
    expect(weir.server.collector.coverage().heard).toBe(2);
    expect(weir.server.collector.topics.get(topic)?.row.nodes).toHaveLength(2);
    expect(weir.server.collector.node(genuine.key)?.limits?.rule).toBe("genuine");
  });
});
afterAll(async () => {
  await Promise.all([weir, genuine, consumer, producer].map((one) => one[Symbol.asyncDispose]()));
});

const cannot = () => ({ node: genuine.key, state: "cannot", limit: "genuine", total: null });

test("[CW2] what is in flight is told with its node; a genuine nsqd is named with the reason", async () => {
  const view = await weir.read<InFlightView>(apiPaths.inFlight(...place));

  expect(view).toMatchObject({ total: 1, cut: false });
  expect(view.rows).toMatchObject([{ node: key, attempts: 1, bytes: 4 }]);
  expect(view.rows[0]!.client?.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(view.nodes).toContainEqual(expect.objectContaining(cannot()));
  expect(view.nodes).toContainEqual(expect.objectContaining({ node: key, state: "ok", total: 1 }));
});

test("[CW2] what is deferred is told with when it is due and why it waits", async () => {
  const view = await weir.read<DeferredView>(apiPaths.deferred(...place));

  expect(view).toMatchObject({ total: 1, inStore: 0 });
  expect(view.rows).toMatchObject([{ node: key, reason: "publish", bytes: 5 }]);
  expect(view.rows[0]!.dueAtMs - view.atMs).toBeGreaterThan(30_000);
});

test("[CW2] what comes again and again is asked of every node, and where there is none that is said", async () => {
  const view = await weir.read<PoisonView>(apiPaths.poison(...place));

  expect(view).toMatchObject({ total: 0, cut: false, rows: [] });
  expect(view.nodes).toContainEqual(expect.objectContaining(cannot()));
  expect(view.nodes).toContainEqual(expect.objectContaining({ node: key, state: "ok", total: 0 }));
});

test("[CW11] where a message stands now is asked of its node, and of one that nobody has that is said", async () => {
  const { rows } = await weir.read<InFlightView>(apiPaths.inFlight(...place));
  const { id } = rows[0]!;

  const now = await weir.read<MessageNowView>(apiPaths.messageNow(topic, id));
  const none = await weir.read<MessageNowView>(apiPaths.messageNow(topic, idAfter(id, 99)));

  expect(now.found).toMatchObject({ node: key, inTopic: false, cut: false });
  expect(now.found!.channels).toMatchObject([
    { channel: "billing", state: "in-flight", attempts: 1, client: rows[0]!.client },
  ]);
  expect(now.nodes).toContainEqual(expect.objectContaining(cannot()));
  expect(none.found).toBeNull();
  const byId = await weir.read<MessageNowView>(apiPaths.messageNowOf(id));
  expect(byId.found).toMatchObject({ topic, node: key });
  expect((await weir.get(apiPaths.messageNow(topic, "x"))).status).toBe(400);
});

test("[CW10] what many channels hold is told together, of those that somebody sees", async () => {
  const held = (query: string) => weir.read<HeldView>(`${apiPaths.held}?${query}`);

  const inFlight = await held("state=inflight");
  const deferred = await held(`state=deferred&topic=${topic}`);
  const none = await held(`state=poison&topic=${topic}&channel=billing`);

  expect(inFlight).toMatchObject({ channelsLeft: 0 });
  expect(inFlight.rows.filter((row) => row.topic === topic)).toMatchObject([
    { topic, channel: "billing", node: key, attempts: 1, deadlineAtMs: expect.any(Number) },
  ]);
  expect(inFlight.nodes).toContainEqual(expect.objectContaining(cannot()));
  expect(deferred).toMatchObject({ total: 1, channels: 1, rows: [{ reason: "publish" }] });
  expect(none).toMatchObject({ total: 0, channels: 0, rows: [] });
  expect((await weir.get(`${apiPaths.held}?state=finished`)).status).toBe(400);
});

test("[CW2] producers are told of genuine nodes too, but for when they last published", async () => {
  const view = await weir.read<ProducersView>(apiPaths.producers(topic));

  expect(view.total).toBe(2);
  expect(view.rows).toMatchObject([
    { node: key, messageCount: 1, lastAtMs: expect.any(Number) },
    { node: genuine.key, clientId: "old", messageCount: 9, lastAtMs: null },
  ]);
});

test("[CW2] connections, options and the log are told of one node", async () => {
  const clients = await weir.read<NodeClientsView>(apiPaths.nodeClients(key));
  const options = await weir.read<OptionsView>(apiPaths.options);
  const log = await weir.read<LogView>(apiPaths.log(key));

  expect(clients.rows).toContainEqual(
    expect.objectContaining({ topic, channel: "billing", inFlight: 1, readyCount: 1 }),
  );
  expect(options.options.find((option) => option.key === "mem-queue-size")?.values).toEqual([
    { value: 777, nodes: [key] },
  ]);
  expect(options.options.find((option) => option.key === "database-url")).toMatchObject({
    isSecret: true,
    values: [{ value: false, nodes: [key] }],
  });
  expect(log.lines.some(({ text }) => text.includes(topic))).toBe(true);
  expect(JSON.stringify([clients, options, log])).not.toContain(secret);
});

test.each(["/api/v1/nodes/nobody%3A1/log", "/api/v1/nodes/nobody%3A1/clients"])(
  "[CW2] of a node that is not there nothing is told: %s",
  async (path) => expect((await weir.get(path)).status).toBe(404),
);

test("[CW2] without a session nothing is told", async () => {
  for (const path of [apiPaths.inFlight(...place), apiPaths.options, apiPaths.log(key), apiPaths.postgres])
    expect((await fetch(weir.url + path)).status).toBe(401);
});

test("[CW1] who asks the same at once, and soon after, shares an answer; a failure is not shared", async () => {
  const clock = { nowMs: () => atMs, wallMs: () => 0 };
  let atMs = 0;
  let made = 0;
  const reads = new SharedReads(clock);
  const make = async () => ++made;

  expect(await Promise.all([reads.read("a", 100, make), reads.read("a", 100, make)])).toEqual([1, 1]);
  atMs = 100;
  expect(await reads.read("a", 100, make)).toBe(1);
  atMs = 101;
  expect(await reads.read("a", 100, make)).toBe(2);
  await expect(reads.read("b", 100, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await reads.read("b", 100, make)).toBe(3);
});

test("[CW6] a client is disconnected by its address; a genuine nsqd cannot, and says so", async () => {
  const victim = await subscribe(node.tcpPort, topic, "kicked", { rdy: 1 });
  const { rows } = await weir.read<NodeClientsView>(apiPaths.nodeClients(key));
  const client = (
    rows.find(({ channel }) => channel === "kicked") ??
    (await eventually(async () => {
      const again = await weir.read<NodeClientsView>(apiPaths.nodeClients(key));
      const found = again.rows.find(({ channel }) => channel === "kicked");
      expect(found).toBeDefined();
      return found!;
    }))
  ).address;
  const kick = (at: string) =>
    weir.post(apiPaths.actions, { action: "kick-client", topic, channel: "kicked", node: at, client });

  const done = (await (await kick(key)).json()) as ActionResult;
  expect(done).toMatchObject({ outcome: "done", nodes: [{ node: key, ok: true }] });
  await victim.expectClose();
  const again = (await (await kick(key)).json()) as ActionResult;
  expect(again).toMatchObject({ outcome: "failed", nodes: [{ ok: false, code: "CLIENT_NOT_FOUND" }] });
  const refused = await kick(genuine.key);
  expect([refused.status, ((await refused.json()) as ApiFailure).code]).toEqual([502, "node-refused"]);
});

test.each([
  { action: "kick-client", topic: "t", channel: "c", node: "a:1" },
  { action: "kick-client", topic: "t", node: "a:1", client: "b:2" },
  { action: "pause-topic", topic: "t", node: "a:1" },
  { action: "tombstone-topic", topic: "t" },
])("[CW6] what does not belong to an action is refused: %j", async (asked) => {
  expect((await weir.post(apiPaths.actions, asked)).status).toBe(400);
});

function lookup(
  topics: readonly string[],
  named: Readonly<Record<string, boolean>>,
): Record<string, unknown> {
  const [host, port] = key.split(":");
  const producer = { broadcast_address: host, http_port: Number(port), hostname: "h", remote_address: "r" };
  return {
    "GET /topics": { topics },
    "GET /nodes": {
      producers: [
        {
          ...{ ...producer, tcp_port: 1, version: "1.3.0" },
          ...{ topics: Object.keys(named), tombstones: Object.values(named) },
        },
      ],
    },
    "POST /topic/tombstone": {},
  };
}

test("[CW5] of what lookups know only differences and tombstones are told", async () => {
  await using one = await ScriptedNsq.start(lookup(["a", "b", "both"], { both: false, a: true }));
  await using other = await ScriptedNsq.start(lookup(["a", "both"], { a: true }));
  await using silent = await ScriptedNsq.start({ "GET /topics": 500 });
  const lookups = [one, other, silent].map(({ key: address }) => parsePeerAddress(address));
  await using found = await (await TestConsole.start([], { lookups })).signIn();

  const view = await found.read<RegistrationsView>(apiPaths.registrations);

  expect(view).toMatchObject({ topicCount: 3, disagreementCount: 2 });
  expect(view.disagreements).toEqual([
    { key: "b", knownBy: [one.key], nodes: [] },
    { key: "both", knownBy: [one.key, other.key], nodes: [{ node: key, namedBy: [one.key] }] },
  ]);
  expect(view.tombstones).toEqual([{ topic: "a", node: key, lookups: [one.key, other.key] }]);
  expect(view.lookups).toMatchObject([
    { key: one.key, reason: null, topics: 3, producers: 1 },
    { key: other.key, reason: null, topics: 2 },
    { key: silent.key, reason: "it answered 500", topics: null },
  ]);
});

test("[CW7] a tombstone is said to every lookup, and what each answered is the result", async () => {
  await using one = await ScriptedNsq.start(lookup([topic], { [topic]: false }));
  await using other = await ScriptedNsq.start({
    ...lookup([topic], { [topic]: false }),
    "POST /topic/tombstone": 500,
  });
  const lookups = [one, other].map(({ key: address }) => parsePeerAddress(address));
  await using found = await (await TestConsole.start([], { lookups, lookupIntervalMs: 100 })).signIn();
  await eventually(() => expect(found.server.collector.coverage().heard).toBe(1));

  const answer = await found.post(apiPaths.actions, { action: "tombstone-topic", topic, node: key });
  const result = (await answer.json()) as ActionResult;

  expect(result).toMatchObject({ outcome: "partly" });
  expect(result.nodes.map(({ node: at, ok }) => [at, ok])).toEqual([
    [one.key, true],
    [other.key, false],
  ]);
  const { broadcastAddress, httpPort } = found.server.collector.node(key)!.state.node!;
  const named = encodeURIComponent(`${broadcastAddress}:${httpPort}`);
  expect(one.asked).toContain(`POST /topic/tombstone?topic=${topic}&node=${named}`);
});

test("[CW9] all topics of a node are tombstoned at every lookup, and a lookup that refuses is named with how far it got", async () => {
  await using one = await ScriptedNsq.start({ ...lookup([], {}), "POST /topic/tombstone": {} });
  await using other = await ScriptedNsq.start({ ...lookup([], {}), "POST /topic/tombstone": 500 });
  const lookups = [one, other].map(({ key: address }) => parsePeerAddress(address));
  await using found = await (await TestConsole.start([], { lookups, lookupIntervalMs: 100 })).signIn();
  await eventually(() => expect(found.server.collector.coverage().heard).toBe(1));
  const topics = found.server.collector.node(key)!.state.topics.size;

  const answer = await found.post(apiPaths.tombstoneNode(key), {});
  const result = (await answer.json()) as NodeTombstoned;

  expect(result.topics).toBe(topics);
  expect(result.nodes.map(({ node: at, ok }) => [at, ok])).toEqual([
    [one.key, true],
    [other.key, false],
  ]);
  expect(result.nodes[1]!.code).toContain(`(0 of ${topics} topics)`);
  const { broadcastAddress, httpPort } = found.server.collector.node(key)!.state.node!;
  const query = `topic=${topic}&node=${encodeURIComponent(`${broadcastAddress}:${httpPort}`)}`;
  expect(one.asked).toContain(`POST /topic/tombstone?${query}`);
  expect((await weir.post(apiPaths.tombstoneNode(key), {})).status, "without lookups").toBe(503);
});

test("[CW7] without lookups there is nobody to say a tombstone to", async () => {
  const answer = await weir.post(apiPaths.actions, { action: "tombstone-topic", topic, node: key });

  expect([answer.status, ((await answer.json()) as ApiFailure).code]).toEqual([503, "no-node"]);
});
