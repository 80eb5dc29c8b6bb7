/**
 * Every role on every route of the API and every event of the socket, taken from their own tables: what the policy
 * says is what happens.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { eventually } from "../../testing/eventually.ts";
import { request } from "../../testing/http.ts";
import { startNode, type TestNode } from "../../testing/node.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import {
  type Action,
  type ApiFailure,
  type AuditPage,
  apiBase,
  apiPaths,
  decide,
  type Grant,
  type MintedToken,
  type NodeView,
  type OverviewView,
  type Permissions,
  type Right,
  type Room,
  roleRights,
  type TopicView,
  type UserLink,
  type WindowView,
} from "../contract/index.ts";
import { secret, TestConsole } from "../testing/test-console.ts";
import { eventPolicies, type roomPolicies } from "./event-policy.ts";
import type { RouteEntry } from "./policy.ts";

const all = { topics: ["*"], channels: ["*"] };
const some = { topics: ["orders.*"], channels: ["billing*"] };
const grants: Readonly<Record<string, Grant>> = {
  viewer: { role: "viewer", readsBodies: false, ...all },
  "viewer of bodies": { role: "viewer", readsBodies: true, ...all },
  "viewer of some": { role: "viewer", readsBodies: true, ...some },
  operator: { role: "operator", readsBodies: true, ...all },
  "operator of some": { role: "operator", readsBodies: false, ...some },
  admin: { role: "admin", readsBodies: true, ...all },
  "admin of some": { role: "admin", readsBodies: true, ...some },
};
const [seen, hidden] = [
  { topic: "orders.eu", channel: "billing" },
  { topic: "secret", channel: "hidden" },
];

/** Bodies and queries of routes whose action or object stands in them, of a topic and a channel. */
interface Sample {
  readonly asked: object;
  readonly action: Action;
  /** Where it does not stand in what is asked as it is. */
  readonly object?: object;
  readonly gone?: true;
}
const samples: Readonly<Record<string, (names: typeof seen) => readonly Sample[]>> = {
  [`GET ${apiBase}/impact`]: (names) => [{ asked: { action: "empty-channel", ...names }, action: "empty" }],
  [`POST ${apiBase}/actions`]: (names) => [
    { asked: { action: "pause-channel", ...names }, action: "pause" },
    { asked: { action: "create-topic", topic: names.topic }, action: "create" },
    { asked: { action: "delete-topic", topic: names.topic }, action: "delete" },
    { asked: { action: "make-durable", topic: names.topic }, action: "make-durable" },
  ],
  [`GET ${apiBase}/events`]: ({ topic }) => [
    { asked: { topic }, action: "read" },
    { asked: { topic, body: "x" }, action: "read-bodies" },
  ],
  [`GET ${apiBase}/events/file`]: ({ topic }) => [{ asked: { topic }, action: "export" }],
  [`GET ${apiBase}/held`]: (names) => [
    { asked: { state: "inflight", ...names }, action: "read", object: names },
  ],
  [`GET ${apiBase}/history`]: ({ topic }) => [
    { asked: { object: `topic:${topic}`, window: "1h" }, action: "read", object: { topic } },
  ],
  [`POST ${apiBase}/jobs`]: (names) => [
    { asked: { id: randomUUID(), kind: "empty", dryRun: true, ...names }, action: "empty" },
    { asked: { id: randomUUID(), kind: "delete", dryRun: true, ...names }, action: "delete" },
    { asked: { id: randomUUID(), kind: "requeue", dryRun: true, ...names }, action: "requeue" },
    { asked: { id: randomUUID(), kind: "drain", dryRun: true, node: key }, action: "drain" },
  ],
  [`POST ${apiBase}/alerts/mutes`]: (names) => [
    {
      asked: { rule: randomUUID(), object: `${names.topic}/${names.channel}`, forMs: 60_000 },
      action: "mute-alert",
      object: names,
    },
  ],
  // What they concern is known once the connection is found: of one that is not there nobody learns anything.
  [`POST ${apiBase}/consume/connections/:id/throttle`]: () => [{ asked: {}, action: "kick", gone: true }],
  [`POST ${apiBase}/consume/connections/:id/disconnect`]: () => [{ asked: {}, action: "kick", gone: true }],
  [`POST ${apiBase}/publish`]: ({ topic }) => [{ asked: { topic, body: "x" }, action: "publish" }],
};

/** One of each kind there is. */
const roomsOf: Readonly<Record<keyof typeof roomPolicies, (names: typeof seen) => string>> = {
  status: () => "status",
  overview: () => "overview",
  audit: () => "audit",
  topics: () => "topics",
  nodes: () => "nodes",
  cluster: () => "cluster",
  topic: ({ topic }) => `topic:${topic}`,
  channels: ({ topic }) => `channels:${topic}`,
  clients: ({ topic, channel }) => `clients:${topic}/${channel}`,
  channel: ({ topic, channel }) => `channel:${topic}/${channel}`,
  node: () => `node:${key}`,
  jobs: () => "jobs",
  job: () => `job:${randomUUID()}`,
};
const sampleRooms = (names: typeof seen) => Object.values(roomsOf).map((name) => name(names)) as Room[];

let fresh: FreshDatabase;
let database: ConsoleDatabase;
let node: TestNode;
let weir: TestConsole;
let key: string;

beforeAll(async () => {
  const secretFile = join(mkdtempSync(join(tmpdir(), "weir-matrix-")), "secret");
  writeFileSync(secretFile, secret);
  fresh = await freshDatabase();
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  node = await startNode({ "cluster-secret-file": secretFile });
  key = new URL(node.httpUrl).host;
  for (const { topic, channel } of [seen, { ...seen, channel: "audit" }, hidden]) {
    await request("POST", `${node.httpUrl}/topic/create?topic=${topic}`);
    await request("POST", `${node.httpUrl}/channel/create?topic=${topic}&channel=${channel}`);
  }
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
  const options = { stores: database.stores, database: () => database.status };
  weir = await (await TestConsole.start([key], options)).signIn();
  await eventually(() => expect(weir.server.collector.topics.size).toBe(2));
});
afterAll(async () => {
  await weir[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
  await database.stop();
  await fresh[Symbol.asyncDispose]();
});

let people = 0;
async function cookieOf(grant: Grant): Promise<string> {
  const made = await weir.post("/api/v1/users", { name: `p${++people}`, ...grant });
  const response = await fetch(weir.url + ((await made.json()) as UserLink).path, { redirect: "manual" });
  return response.headers.getSetCookie()[0]!.split(";")[0]!;
}

function permissionsOf({ role, readsBodies, topics, channels }: Grant): Permissions {
  const rights: Right[] = [...roleRights[role], ...(readsBodies ? (["read-bodies"] as const) : [])];
  return { role, rights, topics, channels };
}

interface Try {
  readonly path: string;
  readonly body: object | null;
  readonly verdict: "ok" | "forbidden" | "not-found";
}

/** What to ask of a route, of names that are seen by all and of others; what may be read is decided by the policy alone. */
function triesOf({ method, url, policy }: RouteEntry, permissions: Permissions): readonly Try[] {
  return [seen, hidden].flatMap((names) => {
    const path = url
      .replace(":topic", encodeURIComponent(names.topic))
      .replace(":channel", names.channel)
      .replace(":node", encodeURIComponent(key))
      .replace(/:\w+/g, randomUUID())
      .replace("*", "nothing-here");
    const params = {
      ...(url.includes(":topic") && { topic: names.topic }),
      ...(url.includes(":channel") && { channel: names.channel }),
    };
    const asked = samples[`${method} ${url}`]?.(names);
    if (!asked && (typeof policy.action === "function" || (policy.object && !/:(topic|node)/.test(url))))
      throw new Error(`${method} ${url} is decided by what is asked: give a sample of it`);
    const body = method === "GET" ? null : {};
    const tries = asked ?? [{ asked: params, object: params, action: policy.action as Action }];
    return tries.map((one) => {
      const query =
        method === "GET" && asked ? `?${new URLSearchParams(one.asked as Record<string, string>)}` : "";
      const verdict = decide({ ...permissions, kind: "user" }, one.action, one.object ?? one.asked);
      return {
        path: path + query,
        body: asked && method !== "GET" ? one.asked : body,
        verdict: "gone" in one ? ("not-found" as const) : verdict.ok ? ("ok" as const) : verdict.code,
      };
    });
  });
}

describe.each(Object.entries(grants))("%s", (_, grant) => {
  test("[PE14] gets of every route what its policy says, and what is not seen is not there", async () => {
    const permissions = permissionsOf(grant);
    let cookie = await cookieOf(grant);
    let tries = 0;
    for (const route of weir.server.routes) {
      if (route.method !== "GET" && route.method !== "POST") continue;
      for (const { path, body, verdict } of triesOf(route, permissions)) {
        const what = `${route.method} ${path} ${JSON.stringify(body)}`;
        const response = body ? await weir.post(path, body, { cookie }) : await weir.get(path, { cookie });
        const failure =
          response.status < 400 ? null : ((await response.json().catch(() => null)) as ApiFailure | null);
        if (response.status < 400) await response.body?.cancel().catch(() => {});
        tries += 1;
        if (verdict === "ok") {
          expect([401, 500], what).not.toContain(response.status);
          expect(failure?.needs, what).toBeUndefined();
        } else
          expect([response.status, failure?.code], what).toEqual([
            verdict === "forbidden" ? 403 : 404,
            verdict,
          ]);
        if (path.endsWith("/signout")) cookie = await cookieOf(grant);
      }
    }
    expect(tries).toBeGreaterThan(weir.server.routes.length);
  });

  test("[PE14] gets of every event and room what its policy says", async () => {
    const permissions = permissionsOf(grant);
    const cookie = await cookieOf(grant);
    for (const event of Object.keys(eventPolicies) as (keyof typeof eventPolicies)[]) {
      for (const { topic, channel } of [seen, hidden]) {
        // One for each: events a second are bounded.
        const socket = await weir.connect({ cookie });
        for (const room of sampleRooms({ topic, channel })) {
          const { action, object } = eventPolicies[event]([room])!;
          const verdict = decide({ ...permissions, kind: "user" }, action, object);
          const ack = event === "watch" ? await socket.watch(room) : await socket.unwatch(room);
          const got = ack.ok ? "ok" : ack.error.code;
          expect(got, `${event} ${room}`).toBe(verdict.ok ? "ok" : verdict.code);
          // As many as one socket may watch are fewer than there are.
          if (event === "watch" && ack.ok) await socket.unwatch(room);
        }
        socket.raw.disconnect();
      }
    }
  });
});

test("[BC5] a page's token is revoked by who sees what it is for, and is none to others", async () => {
  const cookie = await cookieOf(grants["operator of some"]!);
  const revoke = async ({ topic, channel }: typeof seen) => {
    const minted = await weir.post(apiPaths.consumeTokens, { topics: [topic], channels: [channel] });
    const { id } = (await minted.json()) as MintedToken;
    return (await weir.post(`${apiPaths.consumeTokens}/${id}/revoke`, {}, { cookie })).status;
  };

  expect([await revoke(hidden), await revoke(seen)]).toEqual([404, 204]);
});

test("[CO13] messages are moved only to a topic that one may publish to, and no node hears of another", async () => {
  const cookie = await cookieOf(grants["operator of some"]!);
  // Whatever else was recorded, of an earlier attempt too.
  const why = `poison ${performance.now()}`;
  const asked = { verb: "move", messages: [{ node: key, id: "0".repeat(16) }], reason: why };
  const path = apiPaths.chosenMessages(seen.topic, seen.channel);
  const move = (to: string) => weir.post(path, { ...asked, to, confirm: { name: seen.channel } }, { cookie });

  const [hiddenOne, own] = [await move(hidden.topic), await move("orders.parked")];

  expect([hiddenOne.status, ((await hiddenOne.json()) as ApiFailure).code]).toEqual([404, "not-found"]);
  expect(await own.json()).toMatchObject({ outcome: "done", messages: [{ outcome: "not-there" }] });
  await eventually(async () => {
    const log = await weir.get(`${apiBase}/audit?action=move-messages`, { cookie });
    const rows = ((await log.json()) as AuditPage).rows.filter(({ reason }) => reason === why);
    expect(rows.map(({ object }) => object?.["to"] ?? null).toSorted()).toEqual(
      [null, "orders.parked"].toSorted(),
    );
  });
});

test("[PE14] nobody who is not signed in gets anything of any route", async () => {
  for (const { method, url } of weir.server.routes) {
    const path = url.replace(/:\w+/g, "x").replace("*", "x");
    const response =
      method === "POST" ? await weir.post(path, {}, { cookie: "" }) : await weir.get(path, { cookie: "" });
    expect(response.status, `${method} ${path}`).toBe(401);
  }
});

test("[PE15] what is out of sight is in nothing that is shown: not in lists, problems, views, nor in nsqadmin's", async () => {
  for (let n = 0; n < 3; n++) await request("POST", `${node.httpUrl}/pub?topic=${hidden.topic}`, "x");
  await weir.post("/api/v1/actions", { action: "pause-channel", ...hidden, reason: "secret reason" });
  await eventually(() =>
    expect(weir.server.collector.topics.get(hidden.topic)?.row.flow.depth).toBeGreaterThanOrEqual(3),
  );
  const published = weir.server.collector.topics.get(seen.topic)!.row.flow.messageCount!;
  for (let n = 0; n < 2; n++) await request("POST", `${node.httpUrl}/pub?topic=${seen.topic}`, "x");
  await eventually(() =>
    expect(weir.server.collector.topics.get(seen.topic)?.row).toMatchObject({
      ...{ channelCount: 2, flow: { depth: 2 * (published + 2), messageCount: published + 2 } },
    }),
  );
  const count = published + 2;
  const cookie = await cookieOf(grants["viewer of some"]!);
  const socket = await weir.connect({ cookie });
  const rooms = sampleRooms(seen);
  for (const room of rooms) await socket.watch(room);
  await eventually(() => expect(socket.deltas.length).toBeGreaterThan(3));
  const paths = [
    "overview",
    "status",
    "nodes",
    "cluster",
    "topics",
    "topics/orders.eu",
    `nodes/${encodeURIComponent(key)}`,
    "inactive",
    "audit",
  ];
  const texts = await Promise.all(
    [
      ...paths.map((path) => weir.get(`/api/v1/${path}`, { cookie })),
      ...["topics", "topics/orders.eu", "nodes", `nodes/${key}`, "counter"].map((path) =>
        weir.get(`/api/${path}`, { cookie }),
      ),
    ].map(async (response) => (await response).text()),
  );
  const shown = JSON.stringify([texts, [...socket.views.values()], socket.deltas]);
  const [overview, , , , window, topic, on] = texts.map((text) => JSON.parse(text).data) as [
    ...[OverviewView, unknown, unknown, unknown, WindowView, TopicView, NodeView],
  ];
  await eventually(() => expect(socket.view("overview").series.points.length).toBeGreaterThan(2));
  const { metrics, points } = socket.view("overview").series;
  socket.raw.disconnect();

  expect(shown).toContain("orders.eu");
  expect(shown).toContain("billing");
  for (const name of ["secret", "hidden", '"audit"'])
    expect(shown.replaceAll('"room":"audit"', ""), name).not.toContain(name);
  const row = { channelCount: 1, flow: { depth: count, messageCount: count } };
  expect(overview).toMatchObject({ ...row, topicCount: 1, producers: null, topics: [row] });
  expect(window).toMatchObject({
    total: 1,
    sums: { depth: count, channels: 1 },
    facets: { backlog: 1 },
    rows: [row],
  });
  expect(topic).toMatchObject({ topic: row, nodes: [{ flow: row.flow }] });
  expect(on).toMatchObject({ topics: [row], channels: [{ flow: { depth: count } }] });
  const depths = ["memoryDepth", "storedDepth"].map(
    (metric) => points.at(-1)!.values[metrics.indexOf(metric)]!,
  );
  expect(depths[0]! + depths[1]!).toBe(count);
  expect((await weir.get("/api/topics/secret", { cookie })).status).toBe(404);
  expect((await weir.get("/api/topics/orders.eu/audit", { cookie })).status).toBe(404);
});

test("[PE7] what was last done to an object is told with it, also where another console did it; refusals and publishes are not", async () => {
  const options = { stores: database.stores, database: () => database.status };
  await using other = await (await TestConsole.start([key], options)).signIn();
  await eventually(() => expect(other.server.collector.topics.size).toBe(2));
  const socket = await other.connect();
  const room = `channel:${seen.topic}/${seen.channel}` as const;
  await socket.watch(room);
  await weir.post("/api/v1/actions", { action: "unpause-channel", ...seen, reason: "the disk is empty" });
  await weir.post("/api/v1/publish", { topic: seen.topic, body: "x" });

  await eventually(
    () =>
      expect(socket.view(room).lastAction).toMatchObject({
        ...{ actor: "admin", action: "unpause-channel", reason: "the disk is empty" },
      }),
    { withinMs: 4_000 },
  );
  socket.raw.disconnect();
});
