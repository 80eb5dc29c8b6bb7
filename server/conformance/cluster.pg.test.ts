import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterAll, expect, test } from "vitest";
import { connect } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { type Flags, type NodeOptions, startNode, type TestNode } from "../testing/node.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { ScriptedLookup } from "../testing/scripted-lookup.ts";

const secret = randomUUID();
const directory = mkdtempSync(joinPath(tmpdir(), "weir-cluster-"));
const secretFile = joinPath(directory, "secret");
writeFileSync(secretFile, secret);
afterAll(() => rmSync(directory, { recursive: true }));

function start(database: { readonly url: string }, flags: Flags = {}, options: NodeOptions = {}) {
  return startNode(
    { "cluster-secret-file": secretFile, ...flags },
    { env: { DATABASE_URL: database.url }, ...options },
  );
}

/** A node that has read what there is. */
async function join(...given: Parameters<typeof start>): Promise<TestNode> {
  const node = await start(...given);
  await eventually(async () => expect((await topologyOf(node)).version).not.toBeNull(), { withinMs: 20_000 });
  return node;
}

interface Topology {
  readonly version: number | null;
  readonly topics: {
    name: string;
    paused: boolean;
    durable: boolean | null;
    channels: { name: string; paused: boolean }[];
  }[];
  readonly differences: { topic: string; channel: string | null; here: string }[];
}

async function say(node: TestNode, act: string, headers = { authorization: `Bearer ${secret}` }) {
  const reply = await fetch(`${node.httpUrl}/v1/cluster/${act}`, { method: "POST", headers });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

async function act(node: TestNode, what: string): Promise<number> {
  const { status, body } = await say(node, what);
  expect(body).toMatchObject({ version: expect.any(Number), warnings: [] });
  expect(status).toBe(200);
  return body["version"] as number;
}

async function topologyOf(node: TestNode): Promise<Topology> {
  const headers = { authorization: `Bearer ${secret}` };
  return (await (await fetch(`${node.httpUrl}/v1/cluster/topology`, { headers })).json()) as Topology;
}

/** A node's topics as `name`, `name(paused)`, `name/channel` …, in order. */
async function here(node: TestNode): Promise<string[]> {
  const mark = (name: string, paused: boolean) => (paused ? `${name} (paused)` : name);
  return ((await node.stats()).topics ?? [])
    .flatMap(({ topic_name: topic, paused, channels }) => [
      mark(topic, paused),
      ...channels.map((channel) => mark(`${topic}/${channel.channel_name}`, channel.paused)),
    ])
    .toSorted();
}

test("[CU1] what is said to one node is so on all of them, in order, and on one that comes later", async () => {
  await using database = await freshDatabase();
  await using one = await join(database);
  await using two = await join(database);
  const both = (expected: string[]) =>
    eventually(async () => expect([await here(one), await here(two)]).toEqual([expected, expected]));

  await act(one, "channel/create?topic=orders&channel=billing");
  await act(two, "topic/create?topic=mail");
  await both(["mail", "orders", "orders/billing"]);
  await act(two, "channel/pause?topic=orders&channel=billing");
  await act(two, "topic/pause?topic=mail");
  await both(["mail (paused)", "orders", "orders/billing (paused)"]);
  await act(one, "topic/unpause?topic=mail");
  await act(one, "channel/create?topic=mail&channel=smtp");
  await act(one, "channel/delete?topic=orders&channel=billing");
  await both(["mail", "mail/smtp", "orders"]);
  await act(two, "topic/delete?topic=mail");
  await act(one, "channel/create?topic=mail&channel=archive");
  const version = await act(two, "topic/pause?topic=mail");
  await both(["mail (paused)", "mail/archive", "orders"]);

  await using three = await join(database);
  await eventually(async () =>
    expect(await here(three)).toEqual(["mail (paused)", "mail/archive", "orders"]),
  );
  expect(await topologyOf(three)).toEqual({
    version,
    topics: expect.arrayContaining([
      { name: "mail", paused: true, durable: null, channels: [{ name: "archive", paused: false }] },
      { name: "orders", paused: false, durable: null, channels: [] },
    ]),
    differences: [],
  });
});

test("[CU1] emptying drops what every node holds, deleting too", async () => {
  await using database = await freshDatabase();
  await using one = await join(database);
  await using two = await join(database);
  await act(one, "channel/create?topic=orders&channel=billing");
  await eventually(async () => expect(await here(two)).toEqual(["orders", "orders/billing"]));
  for (const node of [one, two]) await node.act("/pub?topic=orders", "x");
  for (const node of [one, two])
    await eventually(async () => expect((await node.channel("orders", "billing")).depth).toBe(1));

  await act(one, "channel/empty?topic=orders&channel=billing");
  for (const node of [one, two])
    await eventually(async () => expect((await node.channel("orders", "billing")).depth).toBe(0));
  // Of a topic that nobody has declared too: it is made by this on no other node.
  await one.act("/pub?topic=own", "x");
  await act(one, "topic/empty?topic=own");
  expect((await one.topic("own")).depth).toBe(0);
  await act(one, "topic/delete?topic=own");
  await eventually(async () => expect(await here(two)).toEqual(["orders", "orders/billing"]));
});

test("[CU2] a node that was away does what it missed, once, and nothing twice", async () => {
  await using database = await freshDatabase();
  await using one = await join(database);
  await using two = await join(database);
  await act(one, "channel/create?topic=orders&channel=billing");
  await act(one, "channel/create?topic=mail&channel=smtp");
  const before = ["mail", "mail/smtp", "orders", "orders/billing"];
  await eventually(async () => expect(await here(two)).toEqual(before));
  await two.stop();

  await act(one, "topic/delete?topic=orders");
  await act(one, "channel/create?topic=orders&channel=audit");
  await act(one, "channel/pause?topic=mail&channel=smtp");
  await two.start();
  const missed = ["mail", "mail/smtp (paused)", "orders", "orders/audit"];
  await eventually(async () => expect(await here(two)).toEqual(missed));
  await two.act("/pub?topic=orders", "kept");
  await two.restart();
  const { version } = await topologyOf(one);
  await eventually(async () => expect((await topologyOf(two)).version).toBe(version));

  expect((await two.channel("orders", "audit")).depth).toBe(1);
});

test("[CU2] what was deleted while a node lay killed does not come back with its backlog", async () => {
  await using database = await freshDatabase();
  await using one = await join(database);
  await using two = await join(database, { "mem-queue-size": 0 });
  await act(one, "channel/create?topic=orders&channel=billing");
  await eventually(async () => expect(await here(two)).toEqual(["orders", "orders/billing"]));
  for (let n = 0; n < 20; n++) await two.act("/pub?topic=orders", `${n}`);
  await eventually(async () => expect((await two.channel("orders", "billing")).backend_depth).toBe(20));
  await two.kill();

  await act(one, "topic/delete?topic=orders");
  await act(one, "channel/create?topic=orders&channel=billing");
  const version = await act(one, "topic/create?topic=done");
  await two.start();
  await eventually(async () => expect((await topologyOf(two)).version).toBe(version), { withinMs: 10_000 });

  expect(await here(two)).toEqual(["done", "orders", "orders/billing"]);
  expect((await two.channel("orders", "billing")).depth).toBe(0);
});

test("[CU2] a node that joins with topics of its own keeps them, whatever was deleted before its time", async () => {
  await using database = await freshDatabase();
  await using one = await join(database);
  await act(one, "channel/create?topic=orders&channel=billing");
  await act(one, "topic/delete?topic=orders");
  await using alone = await startNode();
  await alone.act("/pub?topic=orders", "of its own");
  await alone.stop();

  await using joined = await join(database, {}, { dataPath: alone.dataPath });
  await act(one, "topic/create?topic=done");
  await eventually(async () => expect(await here(joined)).toEqual(["done", "orders"]));

  expect((await joined.topic("orders")).depth).toBe(1);
});

test("[CU3] a new node has the declared channels before its first message, though Postgres comes after it", async () => {
  await using postgres = await ownPostgres();
  const one = await join(postgres);
  await act(one, "channel/create?topic=orders&channel=billing");
  await act(one, "channel/create?topic=orders&channel=shipping");
  await one[Symbol.asyncDispose]();
  await postgres.stop();

  await using fresh = await start(postgres);
  await using client = await connect(fresh.tcpPort);
  client.pub("orders", "first");
  await client.expectOk();
  await postgres.start();

  for (const channel of ["billing", "shipping"])
    await eventually(async () => expect((await fresh.channel("orders", channel)).depth).toBe(1), {
      withinMs: 10_000,
    });
});

test("[CU4] what was done to one node alone is shown as a difference, and stays until something is said anew", async () => {
  await using database = await freshDatabase();
  await using node = await join(database);
  await act(node, "channel/create?topic=orders&channel=billing");
  await act(node, "channel/create?topic=orders&channel=shipping");

  await node.act("/channel/pause?topic=orders&channel=billing");
  await node.act("/channel/delete?topic=orders&channel=shipping");
  await node.act("/topic/create?topic=own");
  await act(node, "topic/create?topic=other");

  expect((await topologyOf(node)).differences).toEqual([
    { topic: "orders", channel: "billing", here: "paused" },
    { topic: "orders", channel: "shipping", here: "missing" },
  ]);
  expect((await node.get("/metrics")).text).toMatch(/^weir_cluster_differences 2$/m);
  await act(node, "channel/unpause?topic=orders&channel=billing");
  await act(node, "channel/unpause?topic=orders&channel=shipping");
  expect((await topologyOf(node)).differences).toEqual([]);
});

test("[CU5] a hundred acts at once on three nodes are all done, each with a version of its own", async () => {
  await using database = await freshDatabase();
  const nodes = [await join(database), await join(database), await join(database)];
  const acts = Array.from({ length: 99 }, (_, n) => `channel/create?topic=t${n % 5}&channel=c${n}`);

  const versions: number[] = [];
  // Ten at a time: as many people at work.
  for (let from = 0; from < acts.length; from += 10) {
    const some = acts.slice(from, from + 10).map((what, n) => act(nodes[n % 3]!, what));
    versions.push(...(await Promise.all(some)));
  }

  expect(new Set(versions).size).toBe(acts.length);
  const wanted = acts.map((_, n) => `t${n % 5}/c${n}`).concat(["t0", "t1", "t2", "t3", "t4"]);
  for (const node of nodes) await eventually(async () => expect(await here(node)).toEqual(wanted.toSorted()));
  for (const node of nodes) await node[Symbol.asyncDispose]();
});

test("[CU6] a deletion makes the lookups forget the name first, and says which have not", async () => {
  await using database = await freshDatabase();
  await using lookup = await ScriptedLookup.start();
  const requests: string[] = [];
  let status = 200;
  lookup.answer = (request, response) => {
    if (request.method === "GET") return void response.end('{"channels":[]}');
    requests.push(request.url!);
    response.writeHead(status).end();
  };
  await using node = await join(database, { "lookupd-tcp-address": lookup.address });
  await act(node, "channel/create?topic=orders&channel=billing");

  await act(node, "channel/delete?topic=orders&channel=billing");
  status = 500;
  const { body } = await say(node, "topic/delete?topic=orders");

  expect(requests).toEqual(["/channel/delete?topic=orders&channel=billing", "/topic/delete?topic=orders"]);
  expect(body["warnings"]).toEqual([`http://127.0.0.1:${lookup.httpPort}: it answers 500`]);
  expect(await here(node)).toEqual([]);
});

test("[CU7] what cannot be is refused in words, and nothing is done", async () => {
  await using postgres = await ownPostgres();
  await using node = await join(postgres);
  await using alone = await startNode({ "cluster-secret-file": secretFile });
  await act(node, "topic/create?topic=orders");

  const refusals: [string, number, string][] = [
    ["topic/pause?topic=typo", 404, "TOPIC_NOT_FOUND: neither declared nor on this node"],
    ["channel/delete?topic=orders&channel=typo", 404, "CHANNEL_NOT_FOUND: neither declared nor on this node"],
    ["topic/create?topic=a%20b", 400, "INVALID_TOPIC"],
    ["topic/create", 400, "MISSING_ARG_TOPIC"],
    ["channel/create?topic=orders", 400, "MISSING_ARG_CHANNEL"],
    ["topic/create?topic=x%23ephemeral", 400, "EPHEMERAL: what is ephemeral belongs to one node"],
    ["topic/explode?topic=orders", 404, "NOT_FOUND"],
    ["channel/durable?topic=orders&channel=billing", 404, "NOT_FOUND"],
    ["topic/durable?topic=x%23ephemeral", 400, "EPHEMERAL: what is ephemeral belongs to one node"],
  ];
  for (const [what, status, message] of refusals)
    expect(await say(node, what), what).toEqual({ status, body: { message } });
  expect((await say(node, "topic/create?topic=a", { authorization: "Bearer wrong" })).status).toBe(401);
  expect((await say(alone, "topic/create?topic=a")).body["message"]).toMatch(/^NO_DATABASE: /);
  await postgres.kill9();
  expect(await say(node, "topic/create?topic=a")).toMatchObject({
    status: 503,
    body: {
      message: expect.stringMatching(
        /^UNAVAILABLE: Postgres: .+; (nothing was done|whether it was done is not known)$/,
      ),
    },
  });

  expect(await here(node)).toEqual(["orders"]);
  expect((await topologyOf(node)).topics.map(({ name }) => name)).toEqual(["orders"]);
});
