import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { uniqueTopic } from "../testing/names.ts";
import { sharedNode } from "../testing/shared-node.ts";
import type { ActionRecord } from "./api/ports.ts";
import {
  type ActionName,
  type ActionResult,
  type ApiFailure,
  apiPaths,
  type Impact,
  messageIdPattern,
  type PublishResult,
} from "./contract/index.ts";
import { HttpPeer } from "./http-peer.ts";
import { parsePeerAddress } from "./peer-address.ts";
import { storesAway } from "./testing/stores-away.ts";
import { secret, TestConsole } from "./testing/test-console.ts";

const secretFile = join(mkdtempSync(join(tmpdir(), "weir-console-")), "secret");
writeFileSync(secretFile, secret);
const node = await sharedNode({ "cluster-secret-file": secretFile });
const away = "127.0.0.1:1";
const recorded: ActionRecord[] = [];
const stores = storesAway(recorded);
let weir: TestConsole;
let key: string;

beforeAll(async () => {
  key = new URL(node.httpUrl).host;
  weir = await (await TestConsole.start([key], { stores })).signIn();
  await eventually(async () => expect(weir.server.collector.coverage().heard).toBe(1));
});
afterAll(() => weir[Symbol.asyncDispose]());

const ok = async <T>(response: Response): Promise<T> => {
  const body = await response.json();
  if (response.status !== 200) throw new Error(JSON.stringify(body));
  return body as T;
};
const publish = (topic: string, body = "hello") =>
  request("POST", `${node.httpUrl}/pub?topic=${topic}`, body);
const impact = (action: ActionName, topic: string, channel?: string) =>
  weir.read<Impact>(apiPaths.impact({ action, topic, ...(channel === undefined ? {} : { channel }) }));
const act = (body: object) => weir.post(apiPaths.actions, body);

async function backlog(count: number): Promise<string> {
  const topic = uniqueTopic();
  await request("POST", `${node.httpUrl}/topic/create?topic=${topic}`);
  await request("POST", `${node.httpUrl}/channel/create?topic=${topic}&channel=c`);
  await request(
    "POST",
    `${node.httpUrl}/mpub?topic=${topic}`,
    Array.from({ length: count }, () => "x").join("\n"),
  );
  await eventually(() => expect(weir.server.collector.topics.get(topic)?.row.flow.depth).toBe(count));
  return topic;
}

describe("a real node, watched", () => {
  test("[CN1] what is published is seen without a reload: counted, rated, and copied to the tail", async () => {
    const topic = uniqueTopic();
    const socket = await weir.connect();
    await socket.watch(`topic:${topic}`);
    await socket.watch("nodes");
    await publish(topic);
    const tailed = weir.tail({ topic });
    await eventually(() => expect(tailed.batches.at(-1)?.nodes).toBe(1));
    await publish(topic, "copied");
    const rows = await eventually(() => {
      const all = tailed.batches.flatMap((batch) => batch.rows);
      expect(all).toHaveLength(1);
      return all;
    });
    await eventually(() => {
      const { flow } = socket.view(`topic:${topic}`).topic;
      expect(flow).toMatchObject({ depth: 2, memoryDepth: 2, storedDepth: 0, messageCount: 2, clients: 0 });
      expect(flow.inRate).toBeGreaterThan(0);
    });

    expect(rows[0]).toMatchObject({ body: "copied", encoding: "text", bytes: 6, cut: false, node: key });
    expect(socket.view("nodes").nodes[0]).toMatchObject({ key, state: "up", health: "OK" });
    expect(socket.gaps).toBe(0);
    socket.raw.disconnect();
  });

  test("[CN8] a node that refuses the secret is shown by its figures alone, and that is a problem to mend", async () => {
    await using wrong = await (await TestConsole.start([key], { secret: "another" })).signIn();
    await eventually(() =>
      expect(wrong.server.collector.nodeRows[0]).toMatchObject({
        state: "up",
        limits: { rule: "secret-refused", message: "It refused the cluster's secret." },
      }),
    );
    await eventually(() =>
      expect(wrong.server.collector.problems.active).toMatchObject([
        { rule: "node-secret", severity: "warn" },
      ]),
    );
  });
});

describe("publishing", () => {
  test("[CO4] one message is published as any producer's, and the outcome is exact", async () => {
    const topic = uniqueTopic();
    const text = await ok<PublishResult>(await weir.post(apiPaths.publish, { topic, body: "é" }));
    const hex = await ok<PublishResult>(
      await weir.post(apiPaths.publish, { topic, body: "00 ff", encoding: "hex", node: key }),
    );
    const later = await ok<PublishResult>(
      await weir.post(apiPaths.publish, { topic, body: "AA==", encoding: "base64", deferMs: 60_000 }),
    );

    expect(text).toMatchObject({ node: key, bytes: 2, answer: "OK", dueAtMs: null });
    expect([hex.bytes, later.bytes]).toEqual([2, 1]);
    expect(later.dueAtMs).toBeGreaterThan(Date.now() + 50_000);
    expect(recorded.findLast((record) => record.action === "publish")).toMatchObject({
      topic,
      result: "ok",
      object: { bytes: 1, deferMs: 60_000 },
    });
    expect(JSON.stringify(recorded)).not.toContain("AA==");
  });

  test("[CO10] the first message of a new topic is known by its id, and so is a deferred one; of several none is told", async () => {
    const topic = uniqueTopic();
    const publish = async (more: object) =>
      (await ok<PublishResult>(await weir.post(apiPaths.publish, { topic, body: "x", ...more }))).messageId;
    const first = await publish({});
    const second = await publish({});

    expect(await publish({ count: 2 })).toBeNull();
    expect(await publish({ deferMs: 60_000 })).toMatch(messageIdPattern);
    expect(first).toMatch(messageIdPattern);
    expect(Number.parseInt(second!.slice(8), 16)).toBe(Number.parseInt(first!.slice(8), 16) + 1);
  });

  test("[CO4] several go at once, or by line, and what the node has is what was sent", async () => {
    const topic = uniqueTopic();
    const counted = await ok<PublishResult>(
      await weir.post(apiPaths.publish, { topic, body: "ab", count: 300 }),
    );
    const lines = await ok<PublishResult>(
      await weir.post(apiPaths.publish, { topic, body: "one\n\ntwo\r\nthree", lines: true }),
    );
    const later = await ok<PublishResult>(
      await weir.post(apiPaths.publish, { topic, body: "x", count: 3, deferMs: 60_000 }),
    );

    expect(counted).toMatchObject({ messages: 300, bytes: 600, answer: "OK" });
    expect(lines).toMatchObject({ messages: 3, bytes: 11 });
    expect([later.messages, later.dueAtMs === null]).toEqual([3, false]);
    const stats = await fetch(`http://${key}/stats?format=json&topic=${topic}`);
    const [found] = ((await stats.json()) as { topics: { message_count: number; message_bytes: number }[] })
      .topics;
    expect([found!.message_count, found!.message_bytes]).toEqual([306, 614]);
  });

  test("[CO12] under a key it is published once, whatever the body; what was refused is tried anew", async () => {
    const topic = uniqueTopic();
    const publish = (more: object) =>
      weir.post(apiPaths.publish, { topic, body: "x", key: "order 7", ...more });
    expect((await publish({ deferMs: 2_000_000_000 })).status).toBe(502);

    const first = await ok<PublishResult>(await publish({}));
    const [second, third] = await Promise.all([publish({ body: "other" }), publish({})]);
    const others = [await publish({ key: "order 8" }), await publish({ topic: uniqueTopic() })];

    expect(first.again).toBe(false);
    for (const answer of [second!, third!])
      expect(await ok<PublishResult>(answer)).toEqual({ ...first, again: true });
    for (const answer of others) expect((await ok<PublishResult>(answer)).again).toBe(false);
    const stats = await fetch(`http://${key}/stats?format=json&topic=${topic}`);
    const [found] = ((await stats.json()) as { topics: { message_count: number }[] }).topics;
    expect(found!.message_count).toBe(2);
  });

  test.each([
    ["an empty key", { topic: "t", body: "x", key: "" }, 400, "bad-request"],
    ["a long key", { topic: "t", body: "x", key: "x".repeat(129) }, 400, "bad-request"],
    ["too many", { topic: "t", body: "x", count: 1_001 }, 400, "bad-request"],
    ["too many deferred", { topic: "t", body: "x", count: 101, deferMs: 1 }, 413, "too-large"],
    ["too much in all", { topic: "t", body: "x".repeat(500_000), count: 100 }, 413, "too-large"],
    ["lines of bytes", { topic: "t", body: "00", encoding: "hex", lines: true }, 400, "bad-request"],
    ["only empty lines", { topic: "t", body: "\n\n", lines: true }, 400, "bad-request"],
    ["no topic", { body: "x" }, 400, "bad-request"],
    ["a bad topic", { topic: "a b", body: "x" }, 400, "bad-request"],
    ["nothing to publish", { topic: "t", body: "" }, 400, "bad-request"],
    ["half a byte", { topic: "t", body: "abc", encoding: "hex" }, 400, "bad-request"],
    ["an unknown field", { topic: "t", body: "x", admin: true }, 400, "bad-request"],
    ["a negative delay", { topic: "t", body: "x", deferMs: -1 }, 400, "bad-request"],
    ["a delay the node refuses", { topic: "t", body: "x", deferMs: 2_000_000_000 }, 502, "node-refused"],
    ["an unknown node", { topic: "t", body: "x", node: "127.0.0.1:1" }, 404, "not-found"],
  ])("[CO4] %s is refused in words", async (_, body, status, code) => {
    const response = await weir.post(apiPaths.publish, body);
    expect([response.status, ((await response.json()) as ApiFailure).code]).toEqual([status, code]);
  });
});

describe("acting", () => {
  test("[CO1] create, pause and unpause happen on the node, and are recorded with before and after", async () => {
    const topic = uniqueTopic();
    await ok(await act({ action: "create-topic", topic }));
    await ok(await act({ action: "create-channel", topic, channel: "c#ephemeral" }));
    await eventually(() =>
      expect(weir.server.collector.topics.get(topic)?.channels.has("c#ephemeral")).toBe(true),
    );
    const paused = await ok<ActionResult>(
      await act({ action: "pause-channel", topic, channel: "c#ephemeral", reason: "a test" }),
    );
    await eventually(() =>
      expect(weir.server.collector.topics.get(topic)?.channels.get("c#ephemeral")?.row.paused).toBe(true),
    );
    await ok(await act({ action: "unpause-channel", topic, channel: "c#ephemeral" }));
    await eventually(() =>
      expect(weir.server.collector.topics.get(topic)?.channels.get("c#ephemeral")?.row.paused).toBe(false),
    );

    expect(paused).toMatchObject({ outcome: "done", nodes: [{ node: key, ok: true, code: "" }] });
    expect(recorded.find((record) => record.reason === "a test")).toMatchObject({
      actor: "admin",
      address: "127.0.0.1",
      action: "pause-channel",
      topic,
      channel: "c#ephemeral",
      before: { paused: false },
      after: { paused: true },
      result: "ok",
    });
  });

  test("[CO2] emptying needs the name, typed, and the impact that was shown", async () => {
    const topic = await backlog(20);
    const shown = await impact("empty-channel", topic, "c");
    const request = { action: "empty-channel", topic, channel: "c" };
    const refusals = await Promise.all([
      act(request),
      act({ ...request, confirm: { name: "C", etag: shown.etag } }),
      act({ ...request, confirm: { name: "c", etag: "1.1.x" } }),
      act({ ...request, confirm: { name: "c", etag: shown.etag.replace("20.", "21.") } }),
      act({ ...request, confirm: { name: topic, etag: (await impact("delete-topic", topic)).etag } }),
    ]);
    const codes = await Promise.all(
      refusals.map(async (response) => ((await response.json()) as ApiFailure).code),
    );
    const done = await ok<ActionResult>(await act({ ...request, confirm: { name: "c", etag: shown.etag } }));

    expect(shown).toMatchObject({
      messages: { total: 20, waiting: 20, inFlight: 0, deferred: 0 },
      channels: 1,
      consumers: 0,
      nodes: [key],
      missing: [],
      undoable: false,
    });
    expect(codes).toEqual([
      "confirm-name",
      "confirm-name",
      "impact-changed",
      "impact-changed",
      "confirm-name",
    ]);
    expect(done.outcome).toBe("done");
    expect((await impact("empty-channel", topic, "c")).messages.total).toBe(0);
    expect(recorded.filter((record) => record.topic === topic).map((record) => record.result)).toContain(
      "confirm-name",
    );
  });

  test("[CO2] when the depth has moved by more than a tenth it is asked again, with the new impact", async () => {
    const topic = await backlog(20);
    const shown = await impact("delete-topic", topic);
    await publish(topic);
    await publish(topic);
    const request = { action: "delete-topic", topic };
    const moved2 = await eventually(async () => {
      expect((await impact("delete-topic", topic)).messages.total).toBe(22);
      return true;
    });
    await publish(topic);
    await eventually(async () => expect((await impact("delete-topic", topic)).messages.total).toBe(23));
    const refused = await act({ ...request, confirm: { name: topic, etag: shown.etag } });
    const failure = (await refused.json()) as ApiFailure;
    const done = await ok<ActionResult>(
      await act({ ...request, confirm: { name: topic, etag: failure.impact!.etag } }),
    );

    expect(moved2).toBe(true);
    expect([refused.status, failure.code, failure.impact!.messages.total]).toEqual([
      409,
      "impact-changed",
      23,
    ]);
    expect(done.outcome).toBe("done");
    await eventually(() => expect(weir.server.collector.topics.has(topic)).toBe(false));
  });

  test("[CO3] what each node answered is said: done on one, not to be reached on the other", async () => {
    const topic = await backlog(1);
    await using both = await (await TestConsole.start([key, away])).signIn();
    await eventually(() => expect(both.server.collector.topics.has(topic)).toBe(true));
    const response = await both.post(apiPaths.actions, { action: "pause-topic", topic });
    const again = await both.post(apiPaths.actions, { action: "unpause-topic", topic, nodes: [key] });

    expect(await response.json()).toMatchObject({
      outcome: "partly",
      nodes: [
        { node: key, ok: true },
        { node: away, ok: false, code: "unreachable: nothing listens there" },
      ],
    });
    expect(await again.json()).toMatchObject({ outcome: "done", nodes: [{ node: key, ok: true }] });
  });

  test.each([
    ["an unknown action", { action: "drop-database", topic: "t" }],
    ["a topic's action with a channel", { action: "pause-topic", topic: "t", channel: "c" }],
    ["a channel's action without one", { action: "pause-channel", topic: "t" }],
    ["a name with a query in it", { action: "create-topic", topic: "t&topic=u" }],
    ["a path", { action: "create-channel", topic: "t", channel: "../../pub" }],
    ["not an object", "[]"],
    ["not JSON", "{"],
    ["a prototype", '{"__proto__":{"action":"create-topic"},"topic":"t"}'],
  ])("[CO1] %s is refused before any node hears of it", async (_, body) => {
    const response = await act(body as object);
    expect([response.status, ((await response.json()) as ApiFailure).code]).toEqual([400, "bad-request"]);
  });

  test("[CO5] while Postgres is away a trace says so in words, and the pages' reads go on", async () => {
    const trace = await weir.get(apiPaths.trace("00000000000000ff"));
    const overview = await weir.get(apiPaths.overview);
    const bad = await weir.get(apiPaths.trace("' or 1=1"));

    expect([trace.status, await trace.json()]).toMatchObject([
      503,
      { code: "database-away", message: expect.stringContaining("Postgres") },
    ]);
    expect([overview.status, bad.status]).toEqual([200, 400]);
  });
});

test.each(["", "a", "a:", "a:0", "a:70000", "http://a:1", "a:1/x", "a b:1", "u@a:1"])(
  "[CN8] %s is not a node's address",
  (text) => {
    expect(() => parsePeerAddress(text)).toThrow("not a host:port");
  },
);

test("[CN8] a node that cannot be reached is a value, not an exception", async () => {
  const client = new HttpPeer(parsePeerAddress(away), { secret: null });
  expect(await client.call({ method: "GET", path: "/ping" })).toMatchObject({
    status: 0,
    body: "nothing listens there",
  });
  client.close();
});
