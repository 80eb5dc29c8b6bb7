import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type LookupNode, nodeIdentity } from "../testing/lookup-node.ts";
import { startLookupd, type TestLookupd } from "../testing/lookupd.ts";
import { RawConnection } from "../testing/raw-connection.ts";

let lookupd: TestLookupd;
let node: LookupNode;
beforeAll(async () => {
  lookupd = await startLookupd();
  node = await lookupd.node(["known c", "known d", "other c"]);
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await lookupd[Symbol.asyncDispose]();
});

const producer = (id: string, fields: object = {}) => ({
  remote_address: id,
  hostname: "node-1",
  broadcast_address: "node-1.example.com",
  tcp_port: 4150,
  http_port: 4151,
  version: "1.3.0",
  topology_zone: "zone-a",
  topology_region: "region-a",
  ...fields,
});

type Row = [method: string, path: string, status: number, word: string];
const rows: Row[] = [
  ...["/channels", "/lookup"].flatMap((path): Row[] => [
    ["GET", path, 400, "MISSING_ARG_TOPIC"],
    ["GET", `${path}?topic=a;b`, 400, "INVALID_REQUEST"],
    ["GET", `${path}?topic=%zz`, 400, "INVALID_REQUEST"],
  ]),
  ["GET", "/lookup?topic=nobody", 404, "TOPIC_NOT_FOUND"],
  ["GET", "/lookup?topic=__proto__", 404, "TOPIC_NOT_FOUND"],
  ["GET", "/lookup?topic=", 404, "TOPIC_NOT_FOUND"],
  ["POST", "/topic/create", 400, "MISSING_ARG_TOPIC"],
  ["POST", "/topic/create?topic=", 400, "INVALID_ARG_TOPIC"],
  ["POST", "/topic/create?topic=*", 400, "INVALID_ARG_TOPIC"],
  ["POST", `/topic/create?topic=${"x".repeat(65)}`, 400, "INVALID_ARG_TOPIC"],
  ["POST", "/topic/create?topic=%", 400, "INVALID_REQUEST"],
  ["POST", "/topic/delete", 400, "MISSING_ARG_TOPIC"],
  ["POST", "/topic/tombstone", 400, "MISSING_ARG_TOPIC"],
  ["POST", "/topic/tombstone?topic=known", 400, "MISSING_ARG_NODE"],
  ...["create", "delete"].flatMap((verb): Row[] => [
    ["POST", `/channel/${verb}`, 400, "MISSING_ARG_TOPIC"],
    ["POST", `/channel/${verb}?topic=a!&channel=c`, 400, "INVALID_ARG_TOPIC"],
    ["POST", `/channel/${verb}?topic=known`, 400, "MISSING_ARG_CHANNEL"],
    ["POST", `/channel/${verb}?topic=known&channel=c!`, 400, "INVALID_ARG_CHANNEL"],
    ["POST", `/channel/${verb}?topic=a;b`, 400, "INVALID_REQUEST"],
  ]),
  ["POST", "/channel/delete?topic=known&channel=never", 404, "CHANNEL_NOT_FOUND"],
  ["POST", "/channel/delete?topic=never&channel=c", 404, "CHANNEL_NOT_FOUND"],
  ["GET", "/nothing", 404, "NOT_FOUND"],
  ["POST", "/create_topic?topic=t", 404, "NOT_FOUND"],
  ["POST", "/lookup?topic=known", 405, "METHOD_NOT_ALLOWED"],
  ["GET", "/topic/create?topic=known", 405, "METHOD_NOT_ALLOWED"],
];

test.each(rows)("[LH1] %s %s is refused with %i %s", async (method, path, status, word) => {
  const reply = await lookupd.send(method, path);

  expect([reply.status, reply.text]).toEqual([status, `{"message":"${word}"}`]);
  expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(reply.headers.get("x-nsq-content-type")).toBe("nsq; version=1.0");
});

test("[LH1] /ping is OK in plain text, without the API's header", async () => {
  const { status, text, headers } = await lookupd.send("GET", "/ping");

  expect([status, text]).toEqual([200, "OK"]);
  expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(headers.get("x-nsq-content-type")).toBeNull();
});

test("[LH1] /info, /topics, /channels and /lookup have NSQ's shapes, as JSON with the API's header", async () => {
  const shapes = {
    "/info": { version: "1.3.0" },
    "/topics": { topics: ["known", "other"] },
    "/channels?topic=known": { channels: ["c", "d"] },
    "/channels?topic=nobody": { channels: [] },
    "/lookup?topic=known": { channels: ["c", "d"], producers: [producer(node.id)] },
  };

  for (const [path, shape] of Object.entries(shapes)) {
    const { status, text, headers } = await lookupd.send("GET", path);
    expect([path, status, JSON.parse(text)]).toEqual([path, 200, shape]);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("x-nsq-content-type")).toBe("nsq; version=1.0");
  }
});

test("[LH1] * is every topic for /channels and /lookup, and none to delete", async () => {
  expect(await lookupd.get("/channels?topic=*")).toEqual({ channels: ["c", "d", "c"] });
  expect(await lookupd.get("/lookup?topic=*")).toEqual({
    channels: ["c", "d", "c"],
    producers: [producer(node.id)],
  });

  expect((await lookupd.send("POST", "/topic/delete?topic=*")).status).toBe(200);

  expect(await lookupd.get("/topics")).toEqual({ topics: ["known", "other"] });
});

test("[LH1] /nodes tells each node with its topics and their tombstones", async () => {
  expect(await lookupd.get("/nodes")).toEqual({
    producers: [{ ...producer(node.id), tombstones: [false, false], topics: ["known", "other"] }],
  });
});

test("[LH1] /debug tells every registration, times in nanoseconds", async () => {
  await using own = await startLookupd();
  await using one = await own.node(["t c"]);
  own.advance(1_500);
  await own.send("POST", "/topic/create?topic=nobody");
  await own.send("POST", "/topic/tombstone?topic=t&node=node-1.example.com:4151");

  const { text } = await own.send("GET", "/debug");

  const { remote_address: _, ...shown } = producer(one.id);
  const entry = {
    id: one.id,
    ...shown,
    last_update: 1_700_000_000_000_000_000,
    tombstoned: false,
    tombstoned_at: 0,
  };
  expect(JSON.parse(text)).toEqual({
    "client::": [entry],
    "topic:t:": [{ ...entry, tombstoned: true, tombstoned_at: 1_700_000_001_500_000_000 }],
    "channel:t:c": [entry],
  });
  expect(text).toContain('"tombstoned_at":1700000001500000000');
});

test("[LH2] a topic that is known and that nobody has is found, empty", async () => {
  expect((await lookupd.send("POST", "/topic/create?topic=idle")).status).toBe(200);

  expect(await lookupd.get("/lookup?topic=idle")).toEqual({ channels: [], producers: [] });
  expect((await lookupd.send("GET", "/lookup?topic=unknown")).status).toBe(404);
  await lookupd.send("POST", "/topic/delete?topic=idle");
});

test("[LH3] a node is hidden when it was not heard for too long, and back after a PING", async () => {
  await using own = await startLookupd();
  await using quiet = await own.node(["t"]);
  const shown = async () => [
    ((await own.get("/lookup?topic=t")) as { producers: unknown[] }).producers.length,
    ((await own.get("/nodes")) as { producers: unknown[] }).producers.length,
  ];

  own.advance(300_000);
  expect(await shown()).toEqual([1, 1]);
  own.advance(1);
  expect(await shown()).toEqual([0, 0]);
  await quiet.ask("REGISTER t\n");
  expect(await shown()).toEqual([0, 0]);
  expect(Object.keys((await own.get("/debug")) as object)).toEqual(["client::", "topic:t:"]);

  await quiet.ask("PING\n");
  expect(await shown()).toEqual([1, 1]);
});

test("[LH4] a tombstone hides a node from one topic, shows in /nodes, and passes", async () => {
  await using own = await startLookupd();
  await using one = await own.node(["t", "u"]);
  await using two = await own.node(["t", "u"], { broadcast_address: "node-2.example.com" });
  const having = async (topic: string) =>
    ((await own.get(`/lookup?topic=${topic}`)) as { producers: { remote_address: string }[] }).producers.map(
      ({ remote_address }) => remote_address,
    );
  const tombstones = async () =>
    ((await own.get("/nodes")) as { producers: { tombstones: boolean[] }[] }).producers.map(
      (producer) => producer.tombstones,
    );

  const acts = ["t&node=node-1.example.com:4151", "t&node=node-1.example.com:4150", "never&node=a:1"];
  for (const act of acts) {
    const { status, text } = await own.send("POST", `/topic/tombstone?topic=${act}`);
    expect([status, text]).toEqual([200, ""]);
  }

  expect([await having("t"), await having("u")]).toEqual([[two.id], [one.id, two.id]]);
  expect(await tombstones()).toEqual([
    [true, false],
    [false, false],
  ]);
  await one.ask("REGISTER t\n");
  expect(await having("t")).toEqual([two.id]);
  own.advance(44_999);
  expect(await having("t")).toEqual([two.id]);
  own.advance(1);
  expect(await having("t")).toEqual([one.id, two.id]);
  expect(await tombstones()).toEqual([
    [false, false],
    [false, false],
  ]);
});

test.each(["UNREGISTER t\nREGISTER t\n", null])(
  "[LH4] a tombstone is over when the node sends %j (null: comes back)",
  async (commands) => {
    await using own = await startLookupd();
    await using one = await own.node(["t"]);
    await own.send("POST", "/topic/tombstone?topic=t&node=node-1.example.com:4151");

    if (commands === null) {
      await one[Symbol.asyncDispose]();
      await eventually(async () => expect(await own.get("/nodes")).toEqual({ producers: [] }));
    } else await one.ask(commands);
    await using again = commands === null ? await own.node(["t"]) : null;

    const id = again === null ? one.id : again.id;
    expect(await own.get("/lookup?topic=t")).toEqual({ channels: [], producers: [producer(id)] });
  },
);

test("[LH5] a deleted topic takes its channels along, whoever has them, and a node may bring it back", async () => {
  await using own = await startLookupd();
  await using one = await own.node(["t c", "u c"]);

  const deleted = await own.send("POST", "/topic/delete?topic=t");
  const unknown = await own.send("POST", "/topic/delete?topic=t");

  expect([deleted.status, deleted.text, unknown.status, unknown.text]).toEqual([200, "", 200, ""]);
  expect(await own.get("/topics")).toEqual({ topics: ["u"] });
  expect(await own.get("/channels?topic=t")).toEqual({ channels: [] });
  expect((await own.send("GET", "/lookup?topic=t")).status).toBe(404);
  expect(await own.get("/nodes")).toMatchObject({ producers: [{ topics: ["u"] }] });
  expect(await one.ask("UNREGISTER t c\n")).toBe("OK");
  await one.ask("REGISTER t\n");
  expect(await own.get("/lookup?topic=t")).toEqual({ channels: [], producers: [producer(one.id)] });
});

test("[LH5] a channel is made with its topic, deleted once, and then unknown", async () => {
  await using own = await startLookupd();

  const created = await own.send("POST", "/channel/create?topic=t&channel=c%23ephemeral");
  expect([created.status, created.text, created.headers.get("content-length")]).toEqual([200, "", "0"]);
  expect(await own.get("/lookup?topic=t")).toEqual({ channels: ["c#ephemeral"], producers: [] });

  const statuses = [];
  for (let i = 0; i < 2; i++) {
    statuses.push((await own.send("POST", "/channel/delete?topic=t&channel=c%23ephemeral")).status);
  }
  expect(statuses).toEqual([200, 404]);
  expect(await own.get("/lookup?topic=t")).toEqual({ channels: [], producers: [] });
});

test("[LH6] a node's zone and region are passed on, and are empty where it has none", async () => {
  await using own = await startLookupd();
  await using there = await own.node(["t"], { topology_zone: "z", topology_region: "r" });
  const { broadcast_address, tcp_port, http_port, version } = nodeIdentity;
  await using nowhere = await own.node();
  await using bare = await own.node([], {
    topology_zone: undefined,
    topology_region: undefined,
    hostname: undefined,
  });

  const { producers } = (await own.get("/nodes")) as { producers: Record<string, unknown>[] };

  expect(
    producers.map((shown) => [shown["remote_address"], shown["topology_zone"], shown["topology_region"]]),
  ).toEqual([
    [there.id, "z", "r"],
    [nowhere.id, "zone-a", "region-a"],
    [bare.id, "", ""],
  ]);
  expect(producers[2]).toMatchObject({ broadcast_address, tcp_port, http_port, version, hostname: "" });
});

test("[HX2] a lookup answers to its own names only", async () => {
  await using own = await startLookupd({ allowedHosts: ["lookup.internal.test"] });
  const statuses = await Promise.all(
    ["127.0.0.1:1", "lookup.example.com", "host-of-tests:4161", "lookup.internal.test", "evil.test"].map(
      async (host) => (await ask(own.httpPort, host)).slice(0, 12),
    ),
  );

  expect(statuses).toEqual([...Array(4).fill("HTTP/1.1 200"), "HTTP/1.1 421"]);
});

test("[HX1] a lookup does nothing for a page of another site", async () => {
  const { status } = await lookupd.send("POST", "/topic/delete?topic=known", { origin: "http://evil.test" });

  expect(status).toBe(403);
  expect(await lookupd.get("/topics")).toEqual({ topics: ["known", "other"] });
});

async function ask(port: number, host: string): Promise<string> {
  using raw = new RawConnection(port);
  raw.write(`GET /ping HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await eventually(() => expect(raw.received).toContain("\r\n\r\n"));
  return raw.received;
}
