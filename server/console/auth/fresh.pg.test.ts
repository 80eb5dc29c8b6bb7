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

test("[PE10] a durable topic's messages go, and a node is drained, only at the word of a person who has just signed in", async () => {
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

  const refused = ["fresh-needed", "fresh-needed", "fresh-needed", "fresh-needed", 403];
  expect([fromToken, tooLate]).toEqual([refused, refused]);
  expect([levels.map(({ level }) => level), light, silent]).toEqual([
    [3, 2],
    "confirm-name",
    "reason-needed",
  ]);
  expect(before.topics?.map(({ topic_name }) => topic_name)).toContain("orders");
  expect(done.status).toBe(200);
  expect(rows.filter(({ result }) => result === "fresh-needed")).toHaveLength(10);
});
