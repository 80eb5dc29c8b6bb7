import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../../db/client.ts";
import { migrate } from "../../../db/migrate.ts";
import { insertAction } from "../../../db/queries/actions.ts";
import { releaseConsoleLease, takeConsoleLease } from "../../../db/queries/console-leases.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { apiPaths, type HistoryView, type RetentionView } from "../contract/index.ts";
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
  await insertAction(sql, {
    ...{ at: new Date(clock.wallMs()), actorKind: "user", actor: "ann", address: null, session: null },
    ...{ requestId: null, action: "pause-channel", topic: "orders", channel: "billing", node: null },
    ...{ object: null, before: null, after: null, reason: null, result: "ok", perNode: null },
  });
  const view = await eventually(
    async () => {
      const found = await read(channelPath);
      expect(found.marks.map((mark) => mark.kind).sort()).toEqual(["action", "consumers"]);
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

test("[HY6] a history is asked for by what there is and for how long; without Postgres there is none, and it is said", async () => {
  await using weir = await (await TestConsole.start([])).signIn();
  const status = async (query: string) => (await weir.get(`/api/v1/history?${query}`)).status;

  expect(await status("object=overview&window=1h")).toBe(503);
  expect(await status("object=overview")).toBe(400);
  expect(await status("object=overview&window=2h")).toBe(400);
  expect(await status("object=overview&from=2&to=1")).toBe(400);
  expect(await status("object=topic:a/b&window=1h")).toBe(400);
  expect(await status("object=channel:a/b&window=1h&x=1")).toBe(400);
});
