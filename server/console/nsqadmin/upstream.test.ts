/** What nsqadmin's API asks of lookups and nodes, in which order, and what it says when they fail. */
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { certificate } from "../../testing/certificates.ts";
import { eventually } from "../../testing/eventually.ts";
import { request } from "../../testing/http.ts";
import { peerSettingsDefault } from "../http-peer.ts";
import { parsePeerAddress } from "../peer-address.ts";
import { genuineNsqd, ScriptedNsq, statsChannel, statsTopic } from "../testing/scripted-nsq.ts";
import { closedApi, TestConsole } from "../testing/test-console.ts";

const nsqadmin = { ...closedApi, api: "open" } as const;
const away = "127.0.0.1:1";
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

const acts = {
  "POST /topic/create": {},
  "POST /topic/delete": {},
  "POST /topic/pause": {},
  "POST /topic/tombstone": {},
  "POST /channel/create": {},
  "POST /channel/delete": {},
};

async function scripted(answers: object): Promise<ScriptedNsq> {
  const nsq = await ScriptedNsq.start({ ...acts, ...answers });
  opened.push(nsq);
  return nsq;
}

/** A lookup that names these nodes for topic `t`. */
function lookupOf(...nodes: ScriptedNsq[]): Promise<ScriptedNsq> {
  const producers = nodes.map((node) => node.producer({ topics: ["t"], tombstones: [false] }));
  return scripted({
    "GET /topics": { topics: ["t"] },
    "GET /channels": { channels: ["c"] },
    "GET /lookup": { channels: ["c"], producers },
    "GET /nodes": { producers },
  });
}

const nodeWith = (changes: object = {}) =>
  scripted(genuineNsqd([statsTopic("t", [statsChannel("c", { depth: 2, message_count: 5 })], changes)]));

/** A console that asks lookups only when the API does, so that what is asked is the API's. */
async function consoleOf(lookups: readonly string[], nodes: readonly string[] = []): Promise<TestConsole> {
  const weir = await TestConsole.start(nodes, {
    lookups: lookups.map(parsePeerAddress),
    lookupIntervalMs: 3_600_000,
    nsqadmin,
  });
  opened.push(weir);
  return weir;
}

async function call(weir: TestConsole, method: string, path: string, body?: object) {
  const answer = await request(method, weir.url + path, body && JSON.stringify(body));
  return { status: answer.status, ...JSON.parse(answer.text) };
}

describe("in part", () => {
  test("[AD2] what some upstreams fail to say is a warning beside what the others say", async () => {
    const node = await nodeWith();
    const other = await scripted({ "GET /stats": 500 });
    const lookup = await lookupOf(node, other);
    const weir = await consoleOf([lookup.key, away]);
    const answers = await Promise.all(
      ["/api/topics", "/api/nodes", "/api/topics/t", "/api/topics/t/c", "/api/counter"].map((path) =>
        call(weir, "GET", path),
      ),
    );
    const write = await call(weir, "POST", "/api/topics/t", { action: "pause" });

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    for (const { message } of [...answers, write])
      expect(message).toMatch(new RegExp(`^WARNING: ${away}/\\w+: nothing listens there`));
    expect(answers[2]!.message).toContain(`; ${other.key}/stats: got response 500 Internal Server Error`);
    expect(answers[0]!.topics).toEqual(["t"]);
    expect(answers[2]!.channels[0].depth).toBe(2);
  });

  test.each([["/api/topics"], ["/api/nodes"], ["/api/topics/t"], ["/api/counter"]])(
    "[AD2] GET %s is 502 when no lookup answers",
    async (path) => {
      const weir = await consoleOf([away]);

      const { status, message } = await call(weir, "GET", path);

      expect(status).toBe(502);
      expect(message).toMatch(/^UPSTREAM_ERROR: failed to query any nsqlookupd: 127\.0\.0\.1:1\//);
    },
  );

  test("[AD2] a topic that no node has, a write that nobody took, and nodes of which none answers are 502", async () => {
    const node = await scripted({ "GET /stats": 500, "POST /topic/pause": 500 });
    const weir = await consoleOf([(await lookupOf(node)).key]);
    const nobody = await consoleOf([(await lookupOf()).key]);
    const direct = await consoleOf([], [away]);

    expect(await call(nobody, "GET", "/api/topics/t")).toEqual({
      status: 502,
      message: "UPSTREAM_ERROR: failed to query any nsqd: ",
    });
    expect(await call(weir, "POST", "/api/topics/t", { action: "pause" })).toMatchObject({ status: 502 });
    expect(await call(weir, "GET", "/api/topics/t")).toMatchObject({ status: 502 });
    expect((await call(direct, "GET", "/api/topics")).message).toMatch(
      /^UPSTREAM_ERROR: failed to query any nsqd: /,
    );
  });

  test("[AD2] an upstream that answers nonsense is one that failed", async () => {
    const lookup = await scripted({ "GET /topics": [1, 2] });
    const weir = await consoleOf([lookup.key]);

    expect(await call(weir, "GET", "/api/topics")).toMatchObject({
      status: 502,
      message: expect.stringContaining("it answered what is not understood"),
    });
  });
});

describe("joined", () => {
  test("[AD1] figures are added up, percentiles weighted, and versions compared", async () => {
    const latency = (count: number, value: number) => ({
      e2e_processing_latency: { count, percentiles: [{ quantile: 0.99, value }] },
    });
    const one = await nodeWith({
      depth: 4,
      backend_depth: 1,
      message_count: 10,
      paused: true,
      ...latency(1, 100),
    });
    const other = await nodeWith({ depth: 6, backend_depth: 2, message_count: 5, ...latency(3, 200) });
    const producers = [one.producer({ version: "1.2.1", hostname: "a" }), other.producer({ hostname: "b" })];
    const lookup = await scripted({ "GET /lookup": { producers }, "GET /nodes": { producers } });
    const weir = await consoleOf([lookup.key]);
    const topic = await call(weir, "GET", "/api/topics/t");
    const { nodes } = await call(weir, "GET", "/api/nodes");

    expect(topic).toMatchObject({
      depth: 10,
      memory_depth: 7,
      backend_depth: 3,
      message_count: 15,
      paused: true,
      channels: [{ node: "*", depth: 4, message_count: 10 }],
      e2e_processing_latency: {
        count: 4,
        percentiles: [{ quantile: 0.99, min: 100, max: 200, average: 175, count: 4 }],
      },
    });
    expect(nodes.map(({ version, out_of_date }: never) => [version, out_of_date])).toEqual([
      ["1.2.1", true],
      ["1.3.0", false],
    ]);
  });

  test("[AD1] clients are shown with their node, their time and no more than they said", async () => {
    const client = {
      client_id: "c-1",
      hostname: "h",
      connect_ts: 1_700_000_000,
      topology_zone: "z",
      tls: true,
    };
    const node = await scripted(
      genuineNsqd([statsTopic("t", [statsChannel("c", { clients: [client], client_count: 1 })])]),
    );
    const weir = await consoleOf([(await lookupOf(node)).key]);
    const { clients } = await call(weir, "GET", "/api/topics/t/c");

    expect(clients).toMatchObject([
      { node: node.key, client_id: "c-1", topology_zone: "z", tls: true, authed: false },
    ]);
    expect(clients[0].connected).toBeGreaterThan(1e15);
    expect(clients[0]).not.toHaveProperty("topology_region");
  });
});

describe("in order", () => {
  test("[AD4] lookups before nodes, and each act where it belongs", async () => {
    const node = await nodeWith();
    const lookup = await lookupOf(node);
    const weir = await consoleOf([lookup.key]);
    const order: string[] = [];
    for (const [name, one] of [["lookup", lookup] as const, ["node", node] as const])
      one.asked.push = (line: string) =>
        line.startsWith("POST ") ? order.push(`${name} ${line.slice(5)}`) : 0;
    const acted = async (method: string, path: string, body?: object) => {
      order.length = 0;
      expect(await call(weir, method, path, body)).toEqual({ status: 200, message: "" });
      return [...order];
    };

    expect(await acted("POST", "/api/topics", { topic: "t" })).toEqual(["lookup /topic/create?topic=t"]);
    expect(await acted("POST", "/api/topics", { topic: "t", channel: "c" })).toEqual([
      "lookup /topic/create?topic=t",
      "lookup /channel/create?topic=t&channel=c",
      "node /channel/create?topic=t&channel=c",
    ]);
    expect(await acted("DELETE", "/api/topics/t/c")).toEqual([
      "lookup /channel/delete?topic=t&channel=c",
      "node /channel/delete?topic=t&channel=c",
    ]);
    expect(await acted("DELETE", "/api/topics/t")).toEqual([
      "lookup /topic/delete?topic=t",
      "node /topic/delete?topic=t",
    ]);
    expect(await acted("POST", "/api/topics/t", { action: "pause" })).toEqual(["node /topic/pause?topic=t"]);
    expect(await acted("DELETE", `/api/nodes/${node.key}`, { topic: "t" })).toEqual([
      `lookup /topic/tombstone?topic=t&node=${encodeURIComponent(node.key)}`,
      "node /topic/delete?topic=t",
    ]);
  });

  test("[AD4] without lookups a topic is made on every node", async () => {
    const [one, other] = [await nodeWith(), await nodeWith()];
    const weir = await consoleOf([], [one.key, other.key]);

    expect(await call(weir, "POST", "/api/topics", { topic: "new", channel: "c" })).toMatchObject({
      status: 200,
    });
    for (const node of [one, other])
      expect(node.acts).toEqual(["POST /topic/create?topic=new", "POST /channel/create?topic=new&channel=c"]);
  });
});

test("[CO9] a flood of reads of the whole cluster asks two at a time, lets some wait and refuses the rest", async () => {
  const lookup = await lookupOf(await nodeWith());
  let [inside, most] = [0, 0];
  const answers: (() => void)[] = [];
  lookup.listener = (_, answer) => {
    most = Math.max(most, ++inside);
    answers.push(() => {
      inside -= 1;
      answer.end('{"producers":[]}');
    });
  };
  const weir = await consoleOf([lookup.key]);
  // The console's own first question to the lookup.
  await eventually(() => expect(answers).toHaveLength(1));
  answers.shift()!();
  const statuses: number[] = [];
  const flood = Array.from({ length: 80 }, async () => {
    statuses.push((await request("GET", `${weir.url}/api/nodes`)).status);
  });
  await eventually(() => expect(statuses).toEqual(Array.from({ length: 28 }, () => 503)));
  const answering = setInterval(() => answers.shift()?.(), 1);
  await Promise.all(flood);
  clearInterval(answering);

  expect(most).toBe(2);
  expect(statuses.slice(28)).toEqual(Array.from({ length: 52 }, () => 200));
});

test("[AD12] a node that wants https is asked again at the port it names", async () => {
  const { certPem: cert, keyPem: key } = certificate({ names: ["127.0.0.1"] });
  const asked: string[] = [];
  const secure = createHttps({ cert, key }, (incoming, answer) => {
    asked.push(incoming.url!);
    answer.end(JSON.stringify({ topics: [statsTopic("t")] }));
  });
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  const { port } = secure.address() as AddressInfo;
  const node = await scripted({});
  node.listener = (_, answer) =>
    answer.writeHead(403).end(`{"message": "TLS_REQUIRED", "https_port": ${port}}`);
  const tls = { rejectUnauthorized: true, ca: cert };
  const peers = { settings: { ...peerSettingsDefault, tls }, nodeNetworks: null };
  await using weir = await TestConsole.start([node.key], { nsqadmin, peers });

  const answers = [await call(weir, "GET", "/api/topics"), await call(weir, "GET", "/api/topics")];
  secure.close();

  expect(answers).toMatchObject([
    { topics: ["t"], message: "" },
    { topics: ["t"], message: "" },
  ]);
  expect(asked.filter((url) => url.startsWith("/stats?")).length).toBeGreaterThanOrEqual(2);
});
