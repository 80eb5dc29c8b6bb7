import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { eventually } from "../../testing/eventually.ts";
import { joined, makeChannels, numbers, publish, secret } from "../../testing/lease-cluster.ts";
import type { TestNode } from "../../testing/node.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { systemClock } from "../clock.ts";
import {
  type ActionName,
  type ApiFailure,
  type ApiTokenMade,
  type AuditPage,
  apiPaths,
  type Impact,
  type UserLink,
} from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";
import { freshForMs } from "./authorize.ts";

let fresh: FreshDatabase;
let database: ConsoleDatabase;
let node: TestNode;
let weir: TestConsole;
/** By how much the console's clock is ahead of when everybody signed in. */
let laterMs = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  node = await joined(fresh);
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await database.answered(20_000);
  const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + laterMs };
  const options = { secret, clock, stores: database.stores, database: () => database.status };
  weir = await (await TestConsole.start([key()], options)).signIn();
}, 60_000);
afterAll(async () => {
  await weir[Symbol.asyncDispose]();
  await database.stop();
  await node[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const key = () => new URL(node.httpUrl).host;
const code = async (response: Response) => ((await response.json()) as ApiFailure).code;

test("[PE17] nobody is let in at the word of a session that is not fresh, or of a token; to keep somebody out needs neither", async () => {
  const grant = { role: "admin", topics: ["*"], channels: ["*"], readsBodies: false };
  const made = await weir.post("/api/v1/users", { name: "ada", ...grant });
  const link = await fetch(weir.url + ((await made.json()) as UserLink).path, { redirect: "manual" });
  const cookie = link.headers.getSetCookie()[0]!.split(";")[0]!;
  const asked = { name: "ci", rights: ["administer"], topics: ["*"], channels: ["*"], days: 1 };
  const token = await weir.post("/api/v1/tokens", asked, { cookie });
  const bearer = { cookie: "", authorization: `Bearer ${((await token.json()) as ApiTokenMade).secret}` };
  const tries = async (headers: Record<string, string>) =>
    Promise.all(
      [
        weir.post("/api/v1/users", { name: "eve", ...grant }, headers),
        weir.post("/api/v1/users/ada", { role: "operator" }, headers),
        weir.post("/api/v1/users/ada", { disabled: false }, headers),
        weir.post("/api/v1/users/ada/link", {}, headers),
      ].map(async (answer) => code(await answer)),
    );
  const byToken = await tries(bearer);
  laterMs += freshForMs;
  const late = await tries({ cookie });
  const own = await Promise.all(
    [
      weir.post("/api/v1/tokens", asked, { cookie }),
      weir.post("/api/v1/account/password", { next: "battery staple" }, { cookie }),
    ].map(async (answer) => code(await answer)),
  );
  const closed = await weir.post("/api/v1/users/ada", { disabled: true }, bearer);
  laterMs -= freshForMs;

  const refused = Array(4).fill("fresh-needed");
  expect([byToken, late, own]).toEqual([refused, refused, refused.slice(2)]);
  expect(closed.status).toBe(200);
});

test("[PE10][FO4] a durable topic's messages go, and a node is drained, only at the word of a person who has just signed in", async () => {
  await makeChannels(node, "orders", ["billing"]);
  await publish(node, "orders", numbers(3));
  await eventually(() =>
    expect(weir.server.collector.topics.get("orders")?.row).toMatchObject({
      ...{ durable: "all", flow: { depth: 3 } },
    }),
  );
  await weir.post("/api/v1/account/password", { next: "correct horse" });
  const token = await weir.post("/api/v1/tokens", {
    ...{ name: "ci", rights: ["read", "operate", "administer"], topics: ["*"], channels: ["*"], days: 1 },
  });
  const bearer = { cookie: "", authorization: `Bearer ${((await token.json()) as ApiTokenMade).secret}` };
  const impactOf = (action: ActionName) => weir.read<Impact>(apiPaths.impact({ action, topic: "orders" }));
  const remove = async (headers?: Record<string, string>) => {
    const { etag } = await impactOf("delete-topic");
    const confirm = { name: "orders", etag };
    const asked = { topic: "orders", confirm, reason: "no longer wanted" };
    return weir.post(apiPaths.actions, { action: "delete-topic", ...asked }, headers);
  };
  const job = (wish: object, headers?: Record<string, string>) =>
    weir.post(apiPaths.jobs, { id: randomUUID(), ...wish }, headers);
  const drain = { confirm: { name: key() }, reason: "a new disk" };
  /** By every way there is. */
  const tries = async (headers?: Record<string, string>) =>
    Promise.all([
      remove(headers).then(code),
      job({ kind: "delete", topic: "orders" }, headers).then(code),
      weir.post(apiPaths.drain(key()), drain, headers).then(code),
      weir.post(apiPaths.failoverTest(key()), drain, headers).then(code),
      job({ kind: "drain", node: key(), ...drain }, headers).then(code),
      fetch(`${weir.url}/api/topics/orders`, {
        method: "DELETE",
        headers: { cookie: weir.cookie, origin: weir.url, "content-type": "application/json", ...headers },
      }).then(({ status }) => status),
    ]);

  const [fromToken, levels] = [
    await tries(bearer),
    await Promise.all([impactOf("delete-topic"), impactOf("empty-topic")]),
  ];
  laterMs = freshForMs;
  const tooLate = await tries();
  const light = await code(
    await weir.post(apiPaths.actions, { action: "empty-channel", topic: "orders", channel: "billing" }),
  );
  await weir.post("/api/v1/account/fresh", { password: "correct horse" });
  const silent = await code(
    await job({ kind: "delete", topic: "orders", confirm: { name: "orders", etag: "" } }),
  );
  const before = await node.stats();
  const done = await remove();
  const { rows } = await weir.read<AuditPage>("/api/v1/audit?limit=100");

  const refused = [...Array(5).fill("fresh-needed"), 403];
  expect([fromToken, tooLate]).toEqual([refused, refused]);
  expect([levels.map(({ level }) => level), light, silent]).toEqual([
    [3, 2],
    "confirm-name",
    "reason-needed",
  ]);
  expect(before.topics?.map(({ topic_name }) => topic_name)).toContain("orders");
  expect(done.status).toBe(200);
  const told = rows.filter(
    ({ topic, node, result }) => result === "fresh-needed" && (topic ?? node) !== null,
  );
  expect(told).toHaveLength(12);
});
