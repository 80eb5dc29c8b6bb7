import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../../db/client.ts";
import { migrate } from "../../../db/migrate.ts";
import { insertAction } from "../../../db/queries/actions.ts";
import { selectAuditDays } from "../../../db/queries/audit-days.ts";
import { releaseConsoleLease, takeConsoleLease } from "../../../db/queries/console-leases.ts";
import { makeSamplePartitions } from "../../../db/queries/metrics.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import {
  apiPaths,
  flowMetrics,
  type HistoryView,
  type RetentionView,
  type SparkRow,
  sparkPoints,
  sparksMax,
} from "../contract/index.ts";
import { liveChannel, liveNode, liveTopic, ScriptedNode } from "../testing/scripted-node.ts";
import { storesAway } from "../testing/stores-away.ts";
import { TestConsole } from "../testing/test-console.ts";

let fresh: FreshDatabase;
let sql: Sql;

beforeAll(async () => {
  fresh = await freshDatabase();
  sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 4 });
  await migrate(sql, "weir");
});
afterAll(async () => {
  await sql.end();
  await fresh[Symbol.asyncDispose]();
});

const stores = {
  ...storesAway([]),
  leases: {
    take: (name: string, holder: string, ttlMs: number, deadlineMs: number) =>
      takeConsoleLease(sql, name, holder, ttlMs, deadlineMs),
    release: (name: string, epoch: number, holder: string, deadlineMs: number) =>
      releaseConsoleLease(sql, { name, epoch }, holder, deadlineMs),
  },
  background: <T>(act: (sql: Sql) => Promise<T>) => act(sql),
};

/** Ten seconds pass in one. */
function quickClock() {
  const [wallMs, startMs] = [Date.now(), performance.now()];
  return { wallMs: () => wallMs + (performance.now() - startMs) * 10, nowMs: () => performance.now() };
}

test("[HY1] what a node says is there as history, with gaps, and with what happened meanwhile", async () => {
  await using node = await ScriptedNode.start();
  const clock = quickClock();
  await using weir = await (await TestConsole.start([node.key], { stores, clock })).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  let rev = 0;
  let published = 0;
  let clients = 1;
  const say = () => {
    published += 100;
    const channel = liveChannel("billing", {
      depth: published,
      memoryDepth: published,
      clientCount: clients,
    });
    const topics = [liveTopic("orders", { messageCount: published, channels: [channel] })];
    rev += 1;
    const line = { rev, atMs: Math.round(performance.now()), node: liveNode() };
    node.say(
      rev === 1
        ? { type: "snapshot", ...line, topics }
        : { type: "delta", ...line, changed: topics, removed: [] },
    );
  };
  const saying = setInterval(say, 100);
  const read = (path: string) => weir.read<HistoryView>(path);
  const channelPath = apiPaths.history("channel:orders/billing", "1h");
  await eventually(async () => expect((await read(channelPath)).points.length).toBeGreaterThan(2), {
    withinMs: 20_000,
  });
  clients = 3;
  for (const action of ["pause-channel", "move-messages", "publish"]) {
    await insertAction(sql, {
      ...{ at: new Date(clock.wallMs()), actorKind: "user", actor: "ann", address: null, session: null },
      ...{ requestId: null, action, topic: "orders", channel: "billing", node: null },
      ...{ object: null, before: null, after: null, reason: null, result: "ok", perNode: null },
    });
  }
  const view = await eventually(
    async () => {
      const found = await read(channelPath);
      expect(found.marks.map((mark) => mark.kind).sort()).toEqual(["action", "action", "consumers"]);
      return found;
    },
    { withinMs: 20_000 },
  );
  clearInterval(saying);
  const [overview, nodeView] = await Promise.all([
    read(apiPaths.history("overview", "1h")),
    read(apiPaths.history(`node:${node.key}`, "24h")),
  ]);

  const depths = view.points.map(({ values }) => values[view.metrics.indexOf("memoryDepth")]!);
  expect(depths).toEqual(depths.toSorted((one, other) => one - other));
  expect([view.stepMs, view.sampled, view.points.every(({ atMs }) => atMs % 10_000 === 0)]).toEqual([
    10_000,
    true,
    true,
  ]);
  expect(view.marks.find((mark) => mark.kind === "consumers")).toMatchObject({ before: 1, after: 3 });
  expect(overview.points.length).toBeGreaterThan(0);
  expect(nodeView.marks).toEqual([]);
  const retention = await weir.read<RetentionView>(apiPaths.retention);
  expect([retention.sampled, retention.objects]).toEqual([4, 4]);
}, 60_000);

test("[HY11] how long the audit is kept is set within bounds, and is there for whoever drops its days", async () => {
  await using weir = await (await TestConsole.start([], { stores })).signIn();
  const { settings } = await weir.read<RetentionView>(apiPaths.retention);
  const set = (auditDays: number) => weir.post(apiPaths.retention, { ...settings, auditDays });

  expect([(await set(0)).status, (await set(1_096)).status]).toEqual([400, 400]);
  expect(await selectAuditDays(sql)).toBeNull();
  const view = (await (await set(90)).json()) as RetentionView;

  expect([settings.auditDays, view.settings.auditDays, await selectAuditDays(sql)]).toEqual([30, 90, 90]);
  expect(view.bodies.bytes).toBeGreaterThan(0);
});

test("[HY8] the last hour of many topics is read at once, a figure a minute, of those that are seen", async () => {
  await using weir = await (await TestConsole.start([], { stores })).signIn();
  const minuteS = Math.floor(Date.now() / 60_000) * 60;
  const at = (agoMinutes: number) => minuteS - agoMinutes * 60;
  await makeSamplePartitions(sql, "1m", [at(0), at(60)]);
  const [{ id } = { id: 0 }] = await sql<{ id: number }[]>`
    insert into metric_series (room) values ('topic:hour') returning id`;
  const figures = flowMetrics.map((metric) => ({ memoryDepth: 4, storedDepth: 30 })[metric as string] ?? 1);
  for (const ago of [0, 2, 3, 60, 61])
    await sql`insert into metric_samples_1m (series, at_s, figures)
      values (${id}, ${at(ago)}, ${`{${figures.map((figure) => figure * (ago + 1))}}`}::text::real[])`;
  const ask = (topics: readonly string[]) => weir.post(apiPaths.sparks, { topics });

  const rows = (await (await ask(["__proto__", "hour", "hour"])).json()) as SparkRow[];

  expect(rows.map(({ topic }) => topic)).toEqual(["__proto__", "hour"]);
  const [none, hour] = rows.map(({ depths }) => depths);
  expect(none).toEqual(new Array(sparkPoints).fill(null));
  expect(hour!.filter((depth) => depth !== null)).toEqual([34 * 61, 34 * 4, 34 * 3]);
  expect([hour!.length, hour!.indexOf(34 * 61), hour!.indexOf(34 * 3)]).toEqual([60, 0, 58]);
  expect((await ask(new Array(sparksMax + 1).fill("t"))).status).toBe(400);
  expect((await ask(["not a name"])).status).toBe(400);
});

test("[HY6] a history is asked for by what there is and for how long; without Postgres there is none, and it is said", async () => {
  await using weir = await (await TestConsole.start([])).signIn();
  const status = async (query: string) => (await weir.get(`/api/v1/history?${query}`)).status;

  expect(await status("object=overview&window=1h")).toBe(503);
  expect(await (await weir.post(apiPaths.sparks, { topics: ["orders"] })).json()).toEqual([]);
  expect(await status("object=overview")).toBe(400);
  expect(await status("object=overview&window=2h")).toBe(400);
  expect(await status("object=overview&from=2&to=1")).toBe(400);
  expect(await status("object=topic:a/b&window=1h")).toBe(400);
  expect(await status("object=channel:a/b&window=1h&x=1")).toBe(400);
});
