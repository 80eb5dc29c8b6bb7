/** nsqadmin's API over a node and a lookup of our own, each of which answers as NSQ's does. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseNetworks } from "../../daemon/networks.ts";
import { eventually } from "../../testing/eventually.ts";
import { request } from "../../testing/http.ts";
import { startLookupd, type TestLookupd } from "../../testing/lookupd.ts";
import { uniqueTopic } from "../../testing/names.ts";
import { startNode, type TestNode } from "../../testing/node.ts";
import { apiPaths, type Impact, type InactiveTopics } from "../contract/index.ts";
import type { ConsoleServerOptions } from "../options.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { closedApi, TestConsole } from "../testing/test-console.ts";
import type { AccessOptions } from "./access.ts";

const open = { ...closedApi, api: "open" } as const;

let lookupd: TestLookupd;
let node: TestNode;
let weir: TestConsole;
let key: string;
const told: Record<string, unknown>[] = [];
const hook = createServer((asked, answer) => {
  let body = "";
  asked.on("data", (chunk) => {
    body += chunk;
  });
  asked.on("end", () => {
    told.push(JSON.parse(body));
    answer.end();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  lookupd = await startLookupd();
  node = await startNode({ "lookupd-tcp-address": `127.0.0.1:${lookupd.tcpPort}` });
  key = new URL(node.httpUrl).host;
  weir = await start({
    ...open,
    notificationEndpoint: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
  });
  await eventually(() => expect(weir.server.collector.coverage()).toMatchObject({ heard: 1, of: 1 }));
});
afterAll(async () => {
  await weir[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await lookupd[Symbol.asyncDispose]();
  hook.close();
});

function start(nsqadmin: ConsoleServerOptions["nsqadmin"]) {
  const lookups = [parsePeerAddress(`127.0.0.1:${lookupd.httpPort}`)];
  return TestConsole.start([], { lookups, lookupIntervalMs: 100, nsqadmin });
}

const call = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  request(method, weir.url + path, body, headers);
const get = async (path: string) => JSON.parse((await call("GET", path)).text);

async function topicWithChannel(): Promise<string> {
  const topic = uniqueTopic();
  await node.act(`/topic/create?topic=${topic}`);
  await node.act(`/channel/create?topic=${topic}&channel=c`);
  await node.act(`/mpub?topic=${topic}`, "one\ntwo\nthree");
  await eventually(async () => {
    const { channels, producers } = (await lookupd.get(`/lookup?topic=${topic}`)) as Record<
      string,
      unknown[]
    >;
    expect([channels, producers!.length]).toEqual([["c"], 1]);
    expect((await node.channel(topic, "c")).depth).toBe(3);
  });
  return topic;
}

const depths = { depth: 3, memory_depth: 3, backend_depth: 0, message_count: 3 };

describe("reads", () => {
  test("[AD1] topics, those that nobody has among them", async () => {
    const topic = await topicWithChannel();
    const orphan = uniqueTopic();
    await lookupd.send("POST", `/topic/create?topic=${orphan}`);
    await lookupd.send("POST", `/channel/create?topic=${orphan}&channel=waiting`);
    const all = await call("GET", "/api/topics");
    const inactive = await get("/api/topics?inactive=true");

    expect(all.headers.get("x-nsq-content-type")).toBe("nsq; version=1.0");
    expect(all.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(JSON.parse(all.text)).toMatchObject({
      topics: expect.arrayContaining([topic, orphan]),
      message: "",
    });
    expect(inactive.topics).toMatchObject({ [orphan]: ["waiting"] });
    expect(inactive.topics).not.toHaveProperty(topic);
  });

  test("[AD1] a topic over its nodes, with their parts and its channels", async () => {
    const topic = await topicWithChannel();
    const figures = await get(`/api/topics/${topic}`);

    expect(figures).toMatchObject({
      node: "*",
      topic_name: topic,
      depth: 0,
      message_count: 3,
      delivery_msg_count: 0,
      paused: false,
      message: "",
      nodes: [{ node: key, topic_name: topic, nodes: null, channels: [{ channel_name: "c", node: key }] }],
      channels: [{ node: "*", channel_name: "c", topic_name: topic, ...depths, client_count: 0 }],
      e2e_processing_latency: { count: 0, percentiles: null, topic, channel: "", host: "*" },
    });
  });

  test("[AD1] a channel with its nodes and clients; one that is none is a message alone", async () => {
    const topic = await topicWithChannel();
    const channel = await get(`/api/topics/${topic}/c`);

    expect(channel).toMatchObject({
      node: "*",
      channel_name: "c",
      ...depths,
      in_flight_count: 0,
      deferred_count: 0,
      requeue_count: 0,
      timeout_count: 0,
      clients: [],
      paused: false,
      message: "",
    });
    expect(channel.nodes).toMatchObject([{ node: key, ...depths }]);
    expect(await get(`/api/topics/${topic}/none`)).toEqual({ message: "" });
  });

  test("[AD1] nodes, one of them, and the counter", async () => {
    const topic = await topicWithChannel();
    const { nodes } = await get("/api/nodes");
    const one = await get(`/api/nodes/${encodeURIComponent(key)}`);
    const counter = await get("/api/counter");

    expect(nodes).toMatchObject([
      {
        remote_addresses: [expect.stringMatching(`^127.0.0.1:${lookupd.httpPort}/127.0.0.1:\\d+$`)],
        broadcast_address: "127.0.0.1",
        http_port: Number(new URL(node.httpUrl).port),
        tcp_port: node.tcpPort,
        version: "1.3.0",
        topics: expect.arrayContaining([{ topic, tombstoned: false }]),
        out_of_date: false,
      },
    ]);
    expect(one).toMatchObject({ node: key, total_clients: 0, message: "" });
    expect(one.topics.find((found: { topic_name: string }) => found.topic_name === topic)).toMatchObject({
      node: key,
      message_count: 3,
    });
    expect(one.total_messages).toBeGreaterThanOrEqual(3);
    expect(counter.stats[`${topic}:c:${key}`]).toEqual({
      node: key,
      topic_name: topic,
      channel_name: "c",
      message_count: 3,
    });
  });

  test.each([
    ["GET", "/api/nodes/127.0.0.1:1", undefined, 404, "NODE_NOT_FOUND"],
    ["GET", "/api/none", undefined, 404, "NOT_FOUND"],
    ["POST", "/api/topics", "", 400, "EOF"],
    ["POST", "/api/topics", '{"topic":', 400, "unexpected EOF"],
    ["POST", "/api/topics", '{"topic":"t"', 400, "unexpected EOF"],
    ["POST", "/api/topics", "{", 400, "unexpected EOF"],
    ["POST", "/api/topics", '{"topic":"t"]', 400, "invalid character"],
    ["POST", "/api/topics", '{"topic":"a b"}', 400, "INVALID_TOPIC"],
    ["POST", "/api/topics", '{"topic":"t","channel":"a b"}', 400, "INVALID_CHANNEL"],
    ["POST", "/api/topics/t", '{"action":"explode"}', 400, "INVALID_ACTION"],
    ["POST", "/api/topics/t", "", 400, "EOF"],
    ["DELETE", "/api/nodes/127.0.0.1:1", "{", 400, "INVALID_BODY"],
    ["DELETE", "/api/nodes/127.0.0.1:1", '{"topic":"a b"}', 400, "INVALID_TOPIC"],
    ["DELETE", "/api/nodes/127.0.0.1:1", '{"topic":"t"}', 404, "NODE_NOT_FOUND"],
  ])("[AD1] %s %s %s is %d %s", async (method, path, body, status, message) => {
    const answer = await call(method, path, body);

    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { message }]);
  });

  test("[AD1] /ping answers OK, and nsqadmin's pages lead to ours", async () => {
    const ping = await call("GET", "/ping");
    const old = await call("GET", "/topics/t/c%23ephemeral");
    const counter = await call("GET", "/counter");

    expect([ping.status, ping.text]).toEqual([200, "OK"]);
    expect([old.status, old.headers.get("location")]).toEqual([308, "/topics/t/channels/c%23ephemeral"]);
    expect([counter.status, counter.headers.get("location")]).toEqual([308, "/"]);
  });
});

describe("writes", () => {
  test("[AD1][AD5] create, pause, empty, unpause and delete do what they say, and each is told of", async () => {
    const topic = await topicWithChannel();
    const before = told.length;
    const created = await call("POST", "/api/topics", JSON.stringify({ topic, channel: "made" }), {
      authorization: `Basic ${Buffer.from("ann:secret").toString("base64")}`,
      "user-agent": "a script",
    });
    expect((await node.channel(topic, "made")).paused).toBe(false);
    const paused = await call("POST", `/api/topics/${topic}/c`, '{"action":"pause"}');
    expect((await node.channel(topic, "c")).paused).toBe(true);
    await call("POST", `/api/topics/${topic}/c`, '{"action":"empty"}');
    expect((await node.channel(topic, "c")).depth).toBe(0);
    await call("POST", `/api/topics/${topic}`, '{"action":"pause"}');
    await call("POST", `/api/topics/${topic}`, '{"action":"unpause"}');
    await call("DELETE", `/api/topics/${topic}/c`);
    await expect(node.channel(topic, "c")).rejects.toThrow("no channel");
    await call("DELETE", `/api/topics/${topic}`);
    expect(await node.hasTopic(topic)).toBe(false);

    expect([created.status, JSON.parse(created.text), paused.status]).toEqual([200, { message: "" }, 200]);
    expect((await get("/api/topics")).topics ?? []).not.toContain(topic);
    const acts = await eventually(() => {
      const these = told.slice(before);
      expect(these).toHaveLength(8);
      return these;
    });
    expect(acts.map(({ action }) => action)).toEqual([
      "create_topic",
      "create_channel",
      "pause_channel",
      "empty_channel",
      "pause_topic",
      "unpause_topic",
      "delete_channel",
      "delete_topic",
    ]);
    expect(acts[1]).toEqual({
      action: "create_channel",
      topic,
      channel: "made",
      user: "ann",
      timestamp: expect.any(Number),
      remote_ip: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      user_agent: "a script",
      url: `${weir.url}/api/topics`,
      via: expect.any(String),
    });
    expect(acts[0]).not.toHaveProperty("channel");
  });

  test("[AD5] pausing and emptying are told of even when they fail, deleting is not", async () => {
    const before = told.length;
    const statuses = [
      await call("DELETE", "/api/topics/nobody-has-it"),
      await call("POST", "/api/topics/nobody-has-it", '{"action":"empty"}'),
    ].map(({ status, text }) => [status, JSON.parse(text).message.split(":")[0]]);
    await eventually(() => expect(told.length).toBeGreaterThan(before));

    expect(statuses).toEqual([
      [502, "UPSTREAM_ERROR"],
      [502, "UPSTREAM_ERROR"],
    ]);
    expect(told.slice(before).map(({ action }) => action)).toEqual(["empty_topic"]);
  });

  test("[AD6] a tombstone takes the topic from that node and hides it from whoever looks it up", async () => {
    const topic = await topicWithChannel();
    const answer = await call("DELETE", `/api/nodes/${encodeURIComponent(key)}`, JSON.stringify({ topic }));

    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { message: "" }]);
    expect(await node.hasTopic(topic)).toBe(false);
    expect(await lookupd.get(`/lookup?topic=${topic}`)).toMatchObject({ producers: [] });
  });
});

describe("from a page", () => {
  test("[CO8] what a page creates and deletes reaches the lookups too, and is told of as nsqadmin's acts are", async () => {
    const topic = uniqueTopic();
    const before = told.length;
    await weir.signIn();
    const act = async (body: object) => (await weir.post(apiPaths.actions, body)).json();
    const created = await act({ action: "create-channel", topic, channel: "c" });
    const known = await lookupd.get(`/channels?topic=${topic}`);
    await node.act(`/topic/delete?topic=${topic}`);
    const left = await eventually(async () => {
      const { topics } = await weir.read<InactiveTopics>(apiPaths.inactive);
      expect(topics).toContainEqual({ topic, channels: ["c"] });
      return topics;
    });
    const { etag } = await weir.read<Impact>(apiPaths.impact({ action: "delete-topic", topic }));
    const deleted = await act({ action: "delete-topic", topic, confirm: { name: topic, etag } });
    const { topics } = (await lookupd.get("/topics")) as { topics: string[] };
    await eventually(() => expect(told.length).toBe(before + 2));

    expect(created).toMatchObject({
      outcome: "done",
      nodes: [{ node: `127.0.0.1:${lookupd.httpPort}` }, { node: key }],
    });
    expect(known).toEqual({ channels: ["c"] });
    expect(left.length).toBeGreaterThan(0);
    expect(deleted).toMatchObject({ outcome: "done" });
    expect(topics).not.toContain(topic);
    expect(told.slice(before)).toMatchObject([
      { action: "create_channel", topic, channel: "c", user: "admin" },
      { action: "delete_topic", topic },
    ]);
  });
});

describe("who may", () => {
  const proxied = (changes: Partial<AccessOptions>) => ({
    ...closedApi,
    admins: ["ann"],
    proxies: parseNetworks(["127.0.0.1"])!,
    ...changes,
  });
  const asAnn = { "x-forwarded-user": "ann" };
  const asBob = { "x-forwarded-user": "bob" };
  const act = (of: TestConsole, headers: Record<string, string>) =>
    request("POST", `${of.url}/api/topics`, '{"topic":"by-a-proxy"}', headers);

  test("[AD3] with admins only they change things, whom a trusted proxy names; everybody it names may read", async () => {
    await using guarded = await start(proxied({}));
    const statuses = [await act(guarded, asAnn), await act(guarded, asBob), await act(guarded, {})];
    const reads = [
      await request("GET", `${guarded.url}/api/topics`, undefined, asBob),
      await request("GET", `${guarded.url}/api/topics`),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([200, 403, 401]);
    expect(JSON.parse(statuses[1]!.text)).toEqual({ message: "FORBIDDEN" });
    expect(reads.map(({ status }) => status)).toEqual([200, 401]);
  });

  test("[AD3] from an address that is no trusted proxy's the header is worth nothing", async () => {
    await using guarded = await start(proxied({ proxies: parseNetworks(["10.0.0.0/8"])! }));
    await using opened = await start(proxied({ proxies: { has: () => false }, api: "open" }));

    expect((await act(guarded, asAnn)).status).toBe(401);
    expect((await act(opened, asAnn)).status).toBe(403);
    expect((await request("GET", `${opened.url}/api/topics`)).status).toBe(200);
  });

  test("[AD3] a session may too, but only from a page of ours; another site's page may not whatever is open", async () => {
    await using guarded = await (await start(closedApi)).signIn();
    const own = await guarded.post("/api/topics", { topic: "by-a-session" });
    const forged = await request("POST", `${guarded.url}/api/topics`, '{"topic":"forged"}', {
      cookie: guarded.cookie,
      "content-type": "text/plain",
    });
    const foreign = await call("POST", "/api/topics", '{"topic":"foreign"}', {
      origin: "http://evil.example",
    });
    const site = await call("POST", "/api/topics", '{"topic":"foreign"}', { "sec-fetch-site": "cross-site" });

    expect([own.status, forged.status, foreign.status, site.status]).toEqual([200, 401, 403, 403]);
    expect((await guarded.get("/api/topics")).status).toBe(200);
  });
});
