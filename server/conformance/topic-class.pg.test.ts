import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";
import { ownPostgres } from "../testing/postgres.ts";

const secret = randomUUID();
const directory = mkdtempSync(join(tmpdir(), "weir-class-"));
const secretFile = join(directory, "secret");
writeFileSync(secretFile, secret);
afterAll(() => rmSync(directory, { recursive: true }));

const headers = { authorization: `Bearer ${secret}` };
const start = (database: { readonly url: string }, patterns: readonly string[] = []) =>
  startNode(
    { "cluster-secret-file": secretFile, "durable-topics": patterns, "durable-publish-timeout": "1s" },
    { env: { DATABASE_URL: database.url } },
  );

async function say(node: TestNode, what: string): Promise<void> {
  const reply = await fetch(`${node.httpUrl}/v1/cluster/topic/${what}`, { method: "POST", headers });
  expect(await reply.json()).toMatchObject({ version: expect.any(Number) });
}

/** Of each topic, as the node's live stream has it. */
async function classes(node: TestNode): Promise<Record<string, string>> {
  const hangUp = new AbortController();
  const reply = await fetch(`${node.httpUrl}/v1/live`, { headers, signal: hangUp.signal });
  let text = "";
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  hangUp.abort();
  const { topics } = JSON.parse(text) as { topics: { name: string; durable: boolean }[] };
  return Object.fromEntries(topics.map(({ name, durable }) => [name, durable ? "durable" : "memory"]));
}

const come = (node: TestNode, expected: Record<string, string>) =>
  eventually(async () => expect(await classes(node)).toEqual(expected), { withinMs: 20_000 });

async function publish(node: TestNode, topic: string): Promise<number> {
  return (await fetch(`${node.httpUrl}/pub?topic=${topic}`, { method: "POST", body: "x" })).status;
}

test("[CU8] a topic's class is changed on all nodes while they run, and is known at the next start without Postgres", async () => {
  await using postgres = await ownPostgres();
  await using one = await start(postgres, ["invoices"]);
  await using two = await start(postgres);
  await say(one, "durable?topic=orders");
  await say(two, "memory?topic=invoices");
  for (const node of [one, two]) await come(node, { orders: "durable", invoices: "memory" });
  expect(await publish(one, "orders")).toBe(200);
  await say(two, "memory?topic=orders");
  for (const node of [one, two]) await come(node, { orders: "memory", invoices: "memory" });
  await say(two, "durable?topic=orders");
  for (const node of [one, two]) await come(node, { orders: "durable", invoices: "memory" });

  await two.stop();
  await postgres.stop();
  await two.start();

  expect(await classes(two)).toEqual({ orders: "durable", invoices: "memory" });
  // It counts when Postgres has it, and that is away.
  expect(await publish(two, "orders")).toBe(503);
  expect(await publish(two, "invoices")).toBe(200);
});

test("[CU8] a node that knew nothing of it says so when Postgres has told it", async () => {
  await using postgres = await ownPostgres();
  await using one = await start(postgres);
  await say(one, "durable?topic=orders");
  await one.stop();
  await postgres.stop();

  await using fresh = await start(postgres);
  expect(await publish(fresh, "orders")).toBe(200);
  await postgres.start();

  await come(fresh, { orders: "durable" });
  expect(fresh.stderr).toMatch(/TOPIC\(orders\): is durable, which this node did not know/);
});
