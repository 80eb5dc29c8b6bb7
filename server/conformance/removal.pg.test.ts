import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { LiveSnapshot } from "../protocol/live.ts";
import { eventually } from "../testing/eventually.ts";
import {
  adoptedWithinMs,
  bodiesOf,
  clusterOf,
  consume,
  consumerOf,
  held,
  joined,
  makeChannels,
  numbers,
  publish,
  query,
  secret,
  sorted,
} from "../testing/lease-cluster.ts";
import type { TestNode } from "../testing/node.ts";
import { freshDatabase } from "../testing/postgres.ts";

async function ask<T>(node: TestNode, method: "GET" | "POST", path: string): Promise<T> {
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(`${node.httpUrl}${path}`, { method, headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as T;
}

async function writingBytes(node: TestNode): Promise<number> {
  const response = await fetch(`${node.httpUrl}/v1/live`, { headers: { authorization: `Bearer ${secret}` } });
  const reader = response.body!.getReader();
  let text = "";
  while (!text.includes("\n")) text += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  return (JSON.parse(text.slice(0, text.indexOf("\n"))) as LiveSnapshot).node.store!.writingBytes;
}

interface Removed {
  readonly messages: number;
  readonly kept: number;
  readonly why: string | null;
}

const emptied = (node: TestNode, job: string, place: string, verb = "empty") =>
  ask<Removed>(node, "POST", `/v1/removals?job=${job}&verb=${verb}&${place}`);
/** A node that has just started refuses until it has read what it owes. */
const restored = (node: TestNode, job: string) =>
  eventually(() => ask<{ messages: number }>(node, "POST", `/v1/removals/restore?job=${job}`), {
    withinMs: 15_000,
  });

test("[JB1] what a job empties of a durable topic is kept in Postgres, through a crash, and comes back when it is undone", async () => {
  await using database = await freshDatabase();
  await using node = await joined(database);
  await makeChannels(node, "orders", ["billing", "mail"]);
  await publish(node, "orders", numbers(2_000));
  await using reader = await consumerOf(node, "orders", "billing");
  const seen = bodiesOf(await consume(reader, 100));
  await reader[Symbol.asyncDispose]();
  await using other = await consumerOf(node, "orders", "mail");
  await consume(other, 2_000);
  await other[Symbol.asyncDispose]();
  const job = randomUUID();

  const preview = await ask<Removed & { samples: unknown[] }>(
    node,
    "GET",
    "/v1/removals?verb=empty&topic=orders&channel=billing",
  );
  const removed = await emptied(node, job, "topic=orders&channel=billing");

  expect(preview.kept).toBe(preview.messages);
  expect(preview.samples).toHaveLength(10);
  expect(removed.messages).toBeGreaterThanOrEqual(1_900 - 500);
  expect(removed).toEqual({ messages: removed.messages, kept: removed.messages, why: null });
  expect(await node.channel("orders", "billing")).toMatchObject({ depth: 0, in_flight_count: 0 });

  await node.kill();
  await node.start();
  await held(node);
  // Nothing of it is owed, whatever lies in Postgres.
  await eventually(async () =>
    expect(await node.channel("orders", "billing")).toMatchObject({ depth: 0, in_flight_count: 0 }),
  );
  expect((await restored(node, job)).messages).toBe(removed.messages);
  expect((await restored(node, job)).messages).toBe(0);

  await using again = await consumerOf(node, "orders", "billing");
  const back = bodiesOf(await consume(again, removed.messages));
  expect(sorted([...new Set([...seen, ...back])]).length).toBeGreaterThanOrEqual(removed.messages);
  expect(new Set(back).size).toBe(removed.messages);
  // And then it goes as everything else does.
  await eventually(
    async () => expect(await query(database, (sql) => sql`select from blocks`)).toHaveLength(0),
    { withinMs: 15_000 },
  );
});

test("[JB4] a topic that was deleted comes back from the node that has taken over its logs", async () => {
  await using database = await freshDatabase();
  await using one = await joined(database);
  await using two = await joined(database);
  await eventually(async () => expect((await clusterOf(one)).others).toHaveLength(1));
  await makeChannels(one, "orders", ["billing", "mail"]);
  await publish(one, "orders", numbers(500));
  const job = randomUUID();

  const removed = await emptied(one, job, "topic=orders", "delete");
  expect(removed).toEqual({ messages: 1_000, kept: 1_000, why: null });
  expect((await one.stats()).topics).toEqual([]);
  await one.kill();
  await eventually(
    async () =>
      expect(
        await query(database, (sql) => sql`select from adoptions where took_ms is not null`),
      ).toHaveLength(1),
    { withinMs: adoptedWithinMs + 5_000 },
  );

  expect((await two.stats()).topics ?? []).toEqual([]);
  expect((await restored(two, job)).messages).toBe(1_000);
  for (const channel of ["billing", "mail"]) {
    await using reader = await consumerOf(two, "orders", channel);
    expect(sorted(bodiesOf(await consume(reader, 500)))).toEqual(numbers(500));
  }
});

test("[JB3] of a memory topic what is in Postgres comes back, also after a crash, and the rest is said to be gone", async () => {
  await using database = await freshDatabase();
  await using node = await joined(database, { "mem-queue-size": 200 });
  await makeChannels(node, "mail", ["smtp"]);
  const bodies = numbers(3_000).map((number) => number.padEnd(500, "."));
  await publish(node, "mail", bodies);
  await eventually(async () => expect((await node.channel("mail", "smtp")).backend_depth).toBe(2_800));
  const job = randomUUID();
  const count = () => ask<Removed>(node, "GET", "/v1/removals?verb=empty&topic=mail&channel=smtp");
  await eventually(async () => expect((await count()).kept).toBeGreaterThan(500));
  // What is on its way while it is dropped is not known to be in Postgres, nor known not to be.
  await eventually(async () => expect(await writingBytes(node)).toBe(0));

  const removed = await emptied(node, job, "topic=mail&channel=smtp");

  expect(removed.messages).toBe(3_000);
  expect(removed.kept).toBeGreaterThan(500);
  expect(removed.kept).toBeLessThan(3_000);
  await node.kill();
  await node.start();
  await held(node);
  await eventually(async () => expect(await node.channel("mail", "smtp")).toMatchObject({ depth: 0 }));
  expect((await restored(node, job)).messages).toBe(removed.kept);
  await using reader = await consumerOf(node, "mail", "smtp");
  const back = bodiesOf(await consume(reader, removed.kept));
  expect(sorted(back)).toEqual(sorted(bodies.slice(0, removed.kept)));
});

test("[JB5] when its time is over what was removed goes for good", async () => {
  await using database = await freshDatabase();
  await using node = await joined(database);
  await makeChannels(node, "orders", ["billing"]);
  await publish(node, "orders", numbers(300));
  const job = randomUUID();
  await emptied(node, job, "topic=orders&channel=billing", "delete");
  await node.act("/topic/delete?topic=orders");
  const blocks = () => query(database, (sql) => sql`select from blocks`);
  expect((await blocks()).length).toBeGreaterThan(0);

  await query(database, (sql) => sql`update removed_by_job set expires_at = now()`);
  expect((await restored(node, job)).messages).toBe(0);
  await node.stop();
  await node.start();
  await held(node);

  await eventually(async () => expect(await blocks()).toHaveLength(0), { withinMs: 20_000 });
  await eventually(async () => expect(await query(database, (sql) => sql`select from logs`)).toHaveLength(0));
});

test("[JB6] asked for the same removal again a node answers as before and leaves alone what has come since", async () => {
  await using database = await freshDatabase();
  await using node = await joined(database);
  await makeChannels(node, "orders", ["billing"]);
  await publish(node, "orders", numbers(50));
  const job = randomUUID();

  const first = await emptied(node, job, "topic=orders&channel=billing");
  await publish(node, "orders", numbers(7));
  await eventually(async () => expect(await node.channel("orders", "billing")).toMatchObject({ depth: 7 }));

  expect(first).toEqual({ messages: 50, kept: 50, why: null });
  expect(await emptied(node, job, "topic=orders&channel=billing")).toEqual(first);
  expect(await node.channel("orders", "billing")).toMatchObject({ depth: 7 });
  expect((await emptied(node, randomUUID(), "topic=orders&channel=billing")).messages).toBe(7);
});
