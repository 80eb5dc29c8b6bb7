import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { subscribe } from "../../testing/client.ts";
import { eventually } from "../../testing/eventually.ts";
import { joined, makeChannels, numbers, publish, query, secret } from "../../testing/lease-cluster.ts";
import type { TestNode } from "../../testing/node.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import {
  type ApiTokenMade,
  type AuditPage,
  apiPaths,
  type EventsPage,
  type JobPreview,
  type JobRequest,
  type JobView,
  type Snapshot,
} from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";

let fresh: FreshDatabase;
let nodes: readonly TestNode[];

beforeAll(async () => {
  fresh = await freshDatabase();
  nodes = [await joined(fresh), await joined(fresh)];
}, 60_000);
afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const keyOf = (node: TestNode) => new URL(node.httpUrl).host;

/** A console in front of the nodes, as another process would be: with a pool of its own. */
async function consoleOf(watched: readonly string[] = nodes.map(keyOf)) {
  const database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
  const page = await TestConsole.start(watched, {
    ...{ secret, stores: database.stores, database: () => database.status },
  });
  await page.signIn();
  await eventually(() => {
    expect(page.server.collector.nodes.every((node) => node.fresh)).toBe(true);
  });
  return {
    page,
    [Symbol.asyncDispose]: async () => {
      await page[Symbol.asyncDispose]();
      await database.stop();
    },
  };
}

async function post<T>(page: TestConsole, path: string, body: object): Promise<T> {
  const response = await page.post(path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as T;
}

const start = (page: TestConsole, request: JobRequest) => post<JobView>(page, apiPaths.jobs, request);
const look = (page: TestConsole, request: Omit<JobRequest, "id">) =>
  post<JobPreview>(page, apiPaths.jobs, { id: randomUUID(), dryRun: true, ...request });

async function ended(page: TestConsole, id: string): Promise<JobView> {
  let view: JobView | null = null;
  await eventually(
    async () => {
      view = (await page.read<Snapshot<`job:${string}`>>(apiPaths.job(id))).data;
      expect(view!.job.endedAtMs).not.toBeNull();
    },
    { withinMs: 40_000 },
  );
  return view!;
}

async function depths(topic: string, channel: string): Promise<number[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const { topics } = await node.stats();
      const found = topics?.find(({ topic_name }) => topic_name === topic);
      return found?.channels.find(({ channel_name }) => channel_name === channel)?.depth ?? -1;
    }),
  );
}

/** So many messages on each node, of a durable topic. */
async function fill(topic: string, each: readonly number[], channel = "billing"): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    await makeChannels(node, topic, [channel]);
    await publish(node, topic, numbers(each[index]!));
  }
}

test("[CJ1] emptying a channel of two nodes: counted first, confirmed, done once whoever asks again, and given back", async () => {
  await using one = await consoleOf();
  const { page } = one;
  // Of its own, also at a second attempt.
  const topic = `orders.${randomUUID()}`;
  await fill(topic, [300, 200]);
  await eventually(() => {
    const row = page.server.collector.topics.get(topic)?.row;
    expect([row?.nodes.length, row?.flow.depth]).toEqual([2, 500]);
  });
  const what = { kind: "empty", topic, channel: "billing" } as const;

  const preview = await look(page, what);
  expect(preview).toMatchObject({ messages: 500, kept: 500, impact: { undoable: true } });
  expect(preview.nodes.map(({ messages }) => messages).toSorted()).toEqual([200, 300]);
  expect(preview.samples).toHaveLength(10);
  expect(await depths(topic, "billing")).toEqual([300, 200]);
  const id = randomUUID();
  await expect(start(page, { id, ...what })).rejects.toThrow("confirm-name");
  const confirm = { name: "billing", etag: preview.impact!.etag };
  await start(page, { id, ...what, confirm });
  const again = await start(page, { id, ...what, confirm });
  expect(again.job.key).toBe(id);

  const view = await ended(page, id);
  expect(view.job).toMatchObject({ state: "succeeded", total: 500, done: 500, kept: 500, failures: 0 });
  expect(view.items.map(({ state }) => state)).toEqual(["done", "done"]);
  expect(await depths(topic, "billing")).toEqual([0, 0]);

  const undo = await post<JobView>(page, apiPaths.undoJob(id), {});
  expect((await post<JobView>(page, apiPaths.undoJob(id), {})).job.key).toBe(undo.job.key);
  const undone = await ended(page, undo.job.key);
  expect(undone.job).toMatchObject({ kind: "undo", state: "succeeded", done: 500, undoOf: id });
  expect(await depths(topic, "billing")).toEqual([300, 200]);
  const actions = await query(
    fresh,
    (sql) =>
      sql<
        { action: string; result: string }[]
      >`select action, result from operator_actions where topic = ${topic} order by at`,
  );
  expect(actions.map(({ action, result }) => `${action} ${result}`)).toEqual([
    "empty-channel confirm-name",
    "empty-channel ok",
    "undo-channel ok",
  ]);
}, 60_000);

test("[CJ1] a topic that was deleted everywhere is there again when that is undone", async () => {
  await using one = await consoleOf();
  const { page } = one;
  await fill("orders.gone", [40, 60]);
  await eventually(() => expect(page.server.collector.topics.get("orders.gone")?.row.nodes.length).toBe(2));
  const { impact } = await look(page, { kind: "delete", topic: "orders.gone" });
  const id = randomUUID();
  const confirm = { name: "orders.gone", etag: impact!.etag };
  await start(page, { id, kind: "delete", topic: "orders.gone", confirm, reason: "no longer wanted" });
  expect((await ended(page, id)).job).toMatchObject({ state: "succeeded", kept: 100 });
  expect(await depths("orders.gone", "billing")).toEqual([-1, -1]);

  const undo = await post<JobView>(page, apiPaths.undoJob(id), {});
  expect((await ended(page, undo.job.key)).job).toMatchObject({ state: "succeeded", done: 100 });
  expect(await depths("orders.gone", "billing")).toEqual([40, 60]);
}, 60_000);

test("[CJ2] of two consoles one does the job; killed half way, the other goes on where it stopped", async () => {
  const first = await consoleOf();
  await using second = await consoleOf();
  await fill("orders.slow", [0, 1_000]);
  await using reader = await subscribe(nodes[1]!.tcpPort, "orders.slow", "billing", { rdy: 1_000 });
  await reader.messages(1_000);
  reader.rdy(0);
  await eventually(() =>
    expect(first.page.server.collector.topics.get("orders.slow")?.row.nodes.length).toBe(2),
  );
  const id = randomUUID();
  const requeue = { state: "in-flight", perSecond: 150 } as const;
  await start(first.page, {
    ...{ id, kind: "requeue", topic: "orders.slow", channel: "billing", requeue },
    confirm: { name: "billing" },
  });
  const progress = async () => {
    const rows = await query(fresh, (sql) => sql<{ done: number }[]>`select done from jobs where id = ${id}`);
    return rows[0]!.done;
  };
  await eventually(async () => expect(await progress()).toBeGreaterThan(100), { withinMs: 20_000 });
  expect(await progress()).toBeLessThan(900);
  await first[Symbol.asyncDispose]();

  const view = await ended(second.page, id);
  expect(view.job).toMatchObject({ state: "succeeded", total: 1_000 });
  const stats = await nodes[1]!.channel("orders.slow", "billing");
  expect([stats.depth, stats.in_flight_count, stats.requeue_count]).toEqual([1_000, 0, 1_000]);
}, 90_000);

test("[CJ3] a job that is cancelled stops between two batches, and says how far it got", async () => {
  await using one = await consoleOf();
  const { page } = one;
  await fill("orders.held", [500, 0]);
  await using reader = await subscribe(nodes[0]!.tcpPort, "orders.held", "billing", { rdy: 500 });
  await reader.messages(500);
  reader.rdy(0);
  await eventually(() => expect(page.server.collector.topics.get("orders.held")?.row.nodes.length).toBe(2));
  const id = randomUUID();
  await start(page, {
    ...{ id, kind: "requeue", topic: "orders.held", channel: "billing", requeue: { perSecond: 50 } },
    confirm: { name: "billing" },
  });
  await using socket = { raw: await page.connect(), [Symbol.asyncDispose]: async () => {} };
  await socket.raw.watch(`job:${id}`);
  const seen = () => (socket.raw.views.get(`job:${id}`)?.data as JobView | null)?.job.done ?? 0;
  await eventually(() => expect(seen()).toBeGreaterThan(0), { withinMs: 20_000 });

  await post<JobView>(page, apiPaths.cancelJob(id), {});
  const view = await ended(page, id);

  expect(view.job.state).toBe("cancelled");
  expect(view.job.done).toBeGreaterThan(0);
  expect(view.job.done).toBeLessThan(500);
  expect((await nodes[0]!.channel("orders.held", "billing")).requeue_count).toBe(view.job.done);
  await expect(post(page, apiPaths.undoJob(id), {})).rejects.toThrow("too-late");
  await eventually(async () => {
    const { rows } = await page.read<AuditPage>("/api/v1/audit?topic=orders.held");
    expect(rows.map(({ action, result }) => `${action} ${result}`).toSorted()).toEqual([
      "cancel-job ok",
      "requeue-channel cancelled",
      "undo too-late",
    ]);
  });
  // Whoever asked for it is whom the history of each message names.
  await eventually(
    async () => {
      const asked = `${apiPaths.events}?topic=orders.held&event=REQ`;
      const { events } = await page.read<EventsPage>(asked);
      expect(events).not.toEqual([]);
      expect([...new Set(events.map(({ client }) => client?.id))]).toEqual(["operator admin"]);
    },
    { withinMs: 20_000 },
  );
}, 60_000);

test("[CJ4] a node that cannot be reached is said, the others are done, and it can be tried there alone", async () => {
  const third = await joined(fresh);
  await makeChannels(third, "orders.far", ["billing"]);
  await publish(third, "orders.far", numbers(10));
  await fill("orders.far", [20, 30]);
  await using one = await consoleOf([...nodes, third].map(keyOf));
  const { page } = one;
  await eventually(() => expect(page.server.collector.topics.get("orders.far")?.row.nodes.length).toBe(3));
  await third.kill();
  const what = { kind: "empty", topic: "orders.far", channel: "billing" } as const;
  const preview = await look(page, what);
  expect(preview.nodes.filter(({ error }) => error !== "")).toHaveLength(1);
  const id = randomUUID();

  await start(page, { id, ...what, confirm: { name: "billing", etag: preview.impact!.etag } });
  const view = await ended(page, id);

  expect(view.job).toMatchObject({ state: "partly", done: 50, failures: 1 });
  expect(view.items.find(({ state }) => state === "failed")!.error).toContain("unreachable");
}, 90_000);

test.each(["person", "token"])(
  "[CJ5] a %s that loses the right has its job stopped, and what is left is said to have failed",
  async (kind) => {
    await using one = await consoleOf();
    const { page } = one;
    const place = { topic: `orders.${kind}`, channel: "billing" };
    await fill(place.topic, [200, 200]);
    await using readers = new AsyncDisposableStack();
    for (const node of nodes) {
      const reader = readers.use(await subscribe(node.tcpPort, place.topic, place.channel, { rdy: 200 }));
      await reader.messages(200);
      reader.rdy(0);
    }
    await eventually(() => expect(page.server.collector.topics.get(place.topic)?.row.nodes.length).toBe(2));
    const asker = kind === "person" ? await person(page) : await token(page);
    const id = randomUUID();
    const requeue = { state: "in-flight", perSecond: 20 };
    const body = { id, kind: "requeue", ...place, requeue, confirm: { name: "billing" } };
    const asked = await page.post(apiPaths.jobs, body, asker.headers);
    expect([asked.status, (await asked.json()) as JobView]).toMatchObject([
      202,
      { job: { actor: asker.name } },
    ]);
    const done = async () => (await page.read<Snapshot<`job:${string}`>>(apiPaths.job(id))).data!.job.done;
    await eventually(async () => expect(await done()).toBeGreaterThan(0), { withinMs: 20_000 });

    await asker.lose();
    const { job, items } = await ended(page, id);

    expect(job).toMatchObject({ state: "failed", failures: 2 });
    expect(items.map(({ error }) => error)).toEqual(["not-allowed", "not-allowed"]);
    expect(job.done).toBeLessThan(200);
    expect([items[0]!.done, items[1]!.done]).toEqual([job.done, 0]);
    const requeued = items.map(async (item) => {
      const node = nodes.find((one) => keyOf(one) === item.node)!;
      return (await node.channel(place.topic, place.channel)).requeue_count;
    });
    expect(await Promise.all(requeued)).toEqual([job.done, 0]);
  },
  90_000,
);

/** An operator, who then is a viewer. */
async function person(page: TestConsole) {
  const grant = { role: "operator", topics: ["orders.*"], channels: ["*"], readsBodies: false };
  const { path } = await post<{ path: string }>(page, "/api/v1/users", { name: "kim", ...grant });
  const opened = await fetch(page.url + path, { redirect: "manual" });
  const cookie = opened.headers.getSetCookie()[0]!.split(";")[0]!;
  const lose = () => post(page, "/api/v1/users/kim", { role: "viewer" });
  return { name: "kim", headers: { cookie }, lose };
}

/** One of the first person's, which then is revoked. */
async function token(page: TestConsole) {
  const scope = { rights: ["read", "operate"], topics: ["orders.*"], channels: ["*"] };
  const made = await post<ApiTokenMade>(page, "/api/v1/tokens", { name: "nightly", ...scope, days: null });
  const lose = () => post(page, `/api/v1/tokens/${made.id}/revoke`, {});
  return { name: "admin/nightly", headers: { authorization: `Bearer ${made.secret}` }, lose };
}
