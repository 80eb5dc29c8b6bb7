import { expect, test } from "vitest";
import type { LiveDrain } from "../protocol/live.ts";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import {
  bodiesOf,
  clusterOf,
  consume,
  consumerOf,
  joined,
  makeChannels,
  numbers,
  publish,
  query,
  secret,
  secretFile,
  sorted,
} from "../testing/lease-cluster.ts";
import { startLookupd } from "../testing/lookupd.ts";
import { flagArguments, type TestNode } from "../testing/node.ts";
import { freshDatabase } from "../testing/postgres.ts";
import { TestUtility } from "../testing/utility.ts";

async function drain(node: TestNode): Promise<{ status: number; lines: LiveDrain[]; text: string }> {
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(`${node.httpUrl}/v1/drain`, { method: "POST", headers });
  const text = await response.text();
  const lines = response.status === 200 ? text.trim().split("\n") : [];
  return { status: response.status, lines: lines.map((line) => JSON.parse(line) as LiveDrain), text };
}

test("[DR1] a node that is drained hands over all it has, of either class, and ends empty", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database, { "mem-queue-size": 100 });
  await using two = await joined(database);
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  await makeChannels(one, "orders", ["billing"]);
  await makeChannels(one, "mail", ["smtp", "archive"]);
  await publish(one, "orders", numbers(500));
  await publish(one, "mail", numbers(2_000));
  await one.act("/topic/create?topic=later");
  await publish(one, "later", numbers(10));
  await using holder = await subscribe(one.tcpPort, "mail", "smtp", { rdy: 5 });
  const held = await holder.messages(5);
  for (const { id } of held.slice(0, 3)) holder.fin(id);
  holder.req(held[3]!.id, 60_000);
  const finished = bodiesOf(held.slice(0, 3));
  holder.rdy(0);
  holder.fin(held[4]!.id);
  finished.push(held[4]!.body.toString());

  const { status, lines } = await drain(one);

  expect(status).toBe(200);
  expect(lines[0]).toMatchObject({ state: "running" });
  expect(lines.at(-1)).toMatchObject({ state: "done", logsLeft: 0, messagesLeft: 0, reason: null });
  expect(lines.at(-1)!.messages).toBe(500 + 2_000 + 10);
  expect(await one.exited()).toBe(0);
  await using billing = await consumerOf(two, "orders", "billing");
  await using smtp = await consumerOf(two, "mail", "smtp");
  await using archive = await consumerOf(two, "mail", "archive");
  await using later = await consumerOf(two, "later", "first");
  expect(sorted(bodiesOf(await consume(billing, 500)))).toEqual(numbers(500));
  expect(sorted(bodiesOf(await consume(archive, 2_000)))).toEqual(numbers(2_000));
  expect(sorted(bodiesOf(await consume(later, 10)))).toEqual(numbers(10));
  const left = bodiesOf(await consume(smtp, 1_995));
  expect(sorted([...finished, held[3]!.body.toString(), ...left])).toEqual(numbers(2_000));
  expect(await two.channel("mail", "smtp")).toMatchObject({ depth: 0, deferred_count: 1 });
  expect(await query(database, (sql) => sql`select waited_ms from adoptions`)).toEqual([{ waited_ms: 0 }]);

  await one.start();
  await eventually(async () => expect((await clusterOf(one)).lease).toBe("held"), { withinMs: 20_000 });
  const { topics } = await one.stats();
  for (const { depth, channels } of topics ?? [])
    expect([depth, ...channels.map((channel) => channel.depth)].every((count) => count === 0)).toBe(true);
});

test("[DR2] while it is drained a node refuses publishes and its lookups no longer know it", async () => {
  await using database = await freshDatabase();
  await using lookup = await startLookupd();
  const producers = async () => {
    const { text } = await lookup.send("GET", "/lookup?topic=orders");
    return (JSON.parse(text) as { producers?: unknown[] }).producers?.length ?? 0;
  };
  await using one = await joined(database, { "lookupd-tcp-address": `127.0.0.1:${lookup.tcpPort}` });
  await using two = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(10));
  await eventually(async () => expect(await producers()).toBe(1));
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  await using producer = await connect(one.tcpPort);
  await using holder = await subscribe(one.tcpPort, "orders", "billing", { rdy: 1 });
  const [message] = await holder.messages(1);

  const draining = drain(one);
  await eventually(async () => expect((await clusterOf(one)).drain).toMatchObject({ state: "running" }));
  producer.pub("orders", "refused");
  await producer.expectError(/^E_PUB_FAILED/);
  expect((await one.post("/pub?topic=orders", "refused")).status).toBe(503);
  await eventually(async () => expect(await producers()).toBe(0));
  // What is answered while it waits counts.
  holder.fin(message!.id);
  expect((await draining).lines.at(-1)).toMatchObject({ state: "done" });

  await using billing = await consumerOf(two, "orders", "billing");
  const left = bodiesOf(await consume(billing, 9));
  expect(sorted([message!.body.toString(), ...left])).toEqual(numbers(10));
});

test("[DR3] with nobody to take over, or without the secret, nothing happens", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(10));

  expect(await drain(one)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/no other node .* is alive/),
  });
  const response = await fetch(`${one.httpUrl}/v1/drain`, { method: "POST" });
  expect(response.status).toBe(401);

  await using two = await joined(database);
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  await one.act("/topic/create?topic=later");
  await one.act("/pub?topic=later&defer=60000", "x");
  expect(await drain(one)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/topic later has deferred/),
  });
  expect(await two.hasTopic("orders")).toBe(false);

  await using unsafe = await joined(database, { "accept-loss": false });
  await eventually(async () => expect((await clusterOf(unsafe)).others).toHaveLength(2));
  expect(await drain(unsafe)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/may lose what it has confirmed/),
  });

  await publish(one, "orders", ["still taken"]);
  await using client = await consumerOf(one, "orders", "billing");
  expect(await consume(client, 11)).toHaveLength(11);
});

test("[DR4] weir drain says how far it is, and ends with 1 where nobody could take over", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await makeChannels(one, "orders", ["billing"]);
  await publish(one, "orders", numbers(10));
  const flags = { "nsqd-http-address": new URL(one.httpUrl).host, "cluster-secret-file": secretFile };

  const args = ["drain", ...flagArguments(flags)];

  await using alone = new TestUtility("weir", args, {});
  expect(await alone.exited()).toMatchObject({ code: 1, stderr: expect.stringMatching(/no other node/) });
  await using two = await joined(database);
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  await using drained = new TestUtility("weir", args, {});

  const { code, stdout } = await drained.exited();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^running: 10 of 10 messages and 1 of 1 logs left/);
  expect(stdout).toMatch(/\ndone: 0 of 10 messages and 0 of 1 logs left\n$/);
  await using client = await consumerOf(two, "orders", "billing");
  expect(await consume(client, 10)).toHaveLength(10);
});
