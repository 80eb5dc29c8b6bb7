import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../../db/client.ts";
import { migrate } from "../../../db/migrate.ts";
import { releaseConsoleLease, takeConsoleLease } from "../../../db/queries/console-leases.ts";
import { parseNetworks } from "../../daemon/networks.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import type { ActionRecord } from "../api/ports.ts";
import {
  type AlertHistory,
  type AlertRule,
  type AlertsView,
  apiPaths,
  type Snapshot,
  type StatusView,
  type WebhookBody,
  type WebhookMade,
  type WebhookTried,
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

/** Postgres, which a test may take away. */
function storesOf(recorded: ActionRecord[]) {
  const state = { isAway: false };
  const up = () => {
    if (state.isAway) throw new Error("away");
    return sql;
  };
  const stores = {
    ...storesAway(recorded),
    leases: {
      take: async (name: string, holder: string, ttlMs: number, deadlineMs: number) =>
        takeConsoleLease(up(), name, holder, ttlMs, deadlineMs),
      release: async (name: string, epoch: number, holder: string, deadlineMs: number) =>
        releaseConsoleLease(up(), { name, epoch }, holder, deadlineMs),
    },
    background: async <T>(act: (sql: Sql) => Promise<T>) => act(up()),
  };
  return { state, stores };
}

/** Takes what is sent to it; `fails` so many times first. */
async function receiver(fails = 0) {
  const bodies: WebhookBody[] = [];
  let left = fails;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (left > 0) {
        left -= 1;
        return response.writeHead(500).end();
      }
      bodies.push(JSON.parse(body) as WebhookBody);
      return response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("[AL4] a rule finds something: it is a problem, told to webhooks and kept; muted, it is kept only; while Postgres is away it is told all the same", async () => {
  await using node = await ScriptedNode.start();
  await using hook = await receiver();
  const recorded: ActionRecord[] = [];
  const { state, stores } = storesOf(recorded);
  await using weir = await (
    await TestConsole.start([node.key], { stores, webhookNetworks: parseNetworks(["127.0.0.0/8"]) })
  ).signIn();
  await eventually(() => expect(node.live.size).toBe(1));
  let rev = 0;
  let depth = 500;
  const saying = setInterval(() => {
    const channels = [liveChannel("billing", { depth, memoryDepth: depth, clientCount: 1 })];
    const topics = [liveTopic("orders", { channels })];
    rev += 1;
    const line = { rev, atMs: Math.round(performance.now()), node: liveNode() };
    node.say(
      rev === 1
        ? { type: "snapshot", ...line, topics }
        : { type: "delta", ...line, changed: topics, removed: [] },
    );
  }, 100);
  const read = () => weir.read<AlertsView>(apiPaths.alerts);
  const post = async <T>(path: string, body: unknown) => {
    const answer = await weir.post(path, body);
    if (answer.status >= 300) throw new Error(`${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  };
  await eventually(async () => expect((await read()).rules.length, weir.warnings.join()).toBe(10), {
    withinMs: 10_000,
  });
  const made = await post<WebhookMade>(apiPaths.alertWebhooks, { name: "ops", url: hook.url, enabled: true });
  const tried = await post<WebhookTried>(`${apiPaths.alertWebhooks}/${made.webhook.id}/try`, {});
  const rule = await post<AlertRule>(apiPaths.alertRules, {
    ...{ name: "Backlog", condition: "depth", threshold: 100, forMs: 0, severity: "crit" },
    ...{ topics: "ord*", channels: "*", enabled: true },
  });
  await eventually(() => expect(hook.bodies).toHaveLength(2), { withinMs: 15_000 });
  const status = await weir.read<Snapshot<"status">>(apiPaths.status);

  expect([tried.ok, hook.bodies[0]!.test, made.secret.startsWith("whsec_")]).toEqual([true, true, true]);
  expect(hook.bodies[1]!.alerts).toMatchObject([
    { state: "firing", name: "Backlog", topic: "orders", channel: "billing", value: 500, severity: "crit" },
  ]);
  const { problems } = status.data as StatusView;
  expect(problems.find((problem) => problem.rule === "alert")).toMatchObject({
    ...{ severity: "crit", topic: "orders", channel: "billing" },
    params: { name: "orders/billing", rule: "Backlog" },
  });
  expect(JSON.stringify(await read())).not.toContain("whsec_");

  // Over, and again while it is muted: nobody is told of that.
  await post(apiPaths.alertMutes, {
    rule: rule.id,
    object: "orders/billing",
    forMs: 60_000,
    reason: "known",
  });
  depth = 0;
  await eventually(
    async () => {
      const { alerts } = await weir.read<AlertHistory>(apiPaths.alertHistory);
      expect(alerts.map(({ name, resolvedAtMs }) => [name, resolvedAtMs !== null])).toEqual([
        ["Backlog", true],
      ]);
    },
    { withinMs: 30_000 },
  );
  expect(hook.bodies).toHaveLength(2);

  // Postgres goes: what begins meanwhile is told, and written down afterwards.
  await post(apiPaths.alertMutes, { rule: rule.id, object: "orders/billing", forMs: null });
  state.isAway = true;
  depth = 900;
  await eventually(() => expect(hook.bodies.length).toBeGreaterThanOrEqual(3), { withinMs: 40_000 });
  expect(hook.bodies.at(-1)!.alerts).toMatchObject([{ state: "firing", value: 900 }]);
  state.isAway = false;
  await eventually(
    async () => {
      const { alerts } = await weir.read<AlertHistory>(apiPaths.alertHistory);
      expect(alerts.map(({ resolvedAtMs }) => resolvedAtMs !== null)).toEqual([false, true]);
    },
    { withinMs: 30_000 },
  );
  clearInterval(saying);

  expect(recorded.map(({ action, result }) => `${action} ${result}`)).toEqual([
    ...["set-webhook ok", "try-webhook ok", "set-alert-rule ok", "mute-alert ok", "unmute-alert ok"],
  ]);
}, 120_000);

test("[AL8] rules and webhooks are checked, bounded, and gone when they are deleted", async () => {
  await using weir = await (await TestConsole.start([], { stores: storesOf([]).stores })).signIn();
  const status = async (path: string, body: unknown) => (await weir.post(path, body)).status;
  const id = crypto.randomUUID();

  expect(await status(apiPaths.alertRules, { name: "x" })).toBe(400);
  expect(await status(`${apiPaths.alertRules}/${id}`, {})).toBe(400);
  expect(await status(apiPaths.alertWebhooks, { name: "x", url: "file:///etc/passwd", enabled: true })).toBe(
    400,
  );
  expect(await status(`${apiPaths.alertWebhooks}/${id}/try`, {})).toBe(404);
  expect(await status(apiPaths.alertMutes, { rule: id, object: null, forMs: 60_000 })).toBe(404);
  const urls = Array.from({ length: 21 }, (_, index) => `http://a.example/${index}`);
  const made = await Promise.all(
    urls.map((url) => status(apiPaths.alertWebhooks, { name: "n", url, enabled: false })),
  );
  expect(made.filter((code) => code === 200).length).toBeGreaterThanOrEqual(19);
  const before = (await weir.read<AlertsView>(apiPaths.alerts)).webhooks;
  const [first] = before;
  expect(await status(`${apiPaths.alertWebhooks}/${first!.id}/delete`, {})).toBe(204);
  expect((await weir.read<AlertsView>(apiPaths.alerts)).webhooks).toHaveLength(before.length - 1);
});
