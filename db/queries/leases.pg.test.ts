import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "../client.ts";
import { migrate } from "../migrate.ts";
import { adoptLogs, beginLease, type Held, renewLease } from "./leases.ts";

const ttlMs = 2_000;
const deadlineMs = 5_000;
let database: FreshDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await freshDatabase();
  sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 12 });
  await migrate(sql, "weir");
});
beforeEach(async () => {
  await sql`truncate leases, nodes, logs, adoptions`;
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
});

function begin(nodeId: string = randomUUID()): Promise<Held> {
  const node = { id: nodeId, hostname: nodeId.slice(0, 8), broadcastAddress: "127.0.0.1" };
  return beginLease(sql, node, ttlMs, deadlineMs);
}

async function openLog(logId: number, { nodeId, epoch }: Held, durable = true): Promise<void> {
  await sql`insert into logs (log_id, topic, node_id, durable, epoch)
    values (${logId}, 'orders', ${nodeId}, ${durable}, ${epoch})`;
}

async function leaseOf(reader: Held, nodeId: string) {
  return (await renewLease(sql, reader, deadlineMs))!.rows.find((row) => row.nodeId === nodeId)!;
}

const ownerOf = async (logId: number) =>
  (await sql<{ nodeId: string }[]>`select node_id as "nodeId" from logs where log_id = ${logId}`)[0]!.nodeId;

test("[LE3] of many that adopt a node at once one does it, and gets all of it", async () => {
  const dead = await begin();
  for (let logId = 1; logId <= 50; logId++) await openLog(logId, dead);
  await openLog(51, dead, false);
  const adopters = await Promise.all(Array.from({ length: 10 }, () => begin()));
  const seen = await leaseOf(adopters[0]!, dead.nodeId);
  expect(seen).toMatchObject({ epoch: dead.epoch, holds: true, released: false });

  const taken = await Promise.all(adopters.map((by) => adoptLogs(sql, by, seen, 2_000)));

  const winners = taken.filter((one) => one !== null);
  expect(winners).toEqual([{ term: dead.term + 1, epoch: dead.epoch + 1, logs: 50 }]);
  const winner = adopters[taken.findIndex((one) => one !== null)]!;
  expect(
    await sql`select distinct node_id, epoch, progress_node, progress_epoch from logs where durable`,
  ).toEqual([
    { node_id: winner.nodeId, epoch: winner.epoch, progress_node: dead.nodeId, progress_epoch: dead.epoch },
  ]);
  expect(await ownerOf(51), "what is not durable stays").toBe(dead.nodeId);
  expect(await renewLease(sql, dead, deadlineMs), "the dead one's lease is over").toBeNull();
});

test("[LE3] of a renewal and an adoption at the same moment one comes first and the other finds that", async () => {
  const adopter = await begin();
  for (let round = 0; round < 30; round++) {
    const node = await begin();
    await openLog(1_000 + round, node);
    const seen = await leaseOf(adopter, node.nodeId);

    const [renewed, taken] = await Promise.all([
      renewLease(sql, node, deadlineMs),
      adoptLogs(sql, adopter, seen, ttlMs),
    ]);

    expect([renewed === null, taken === null].toSorted()).toEqual([false, true]);
    expect(await ownerOf(1_000 + round)).toBe((taken === null ? node : adopter).nodeId);
  }
});

test("[LE3] a node that begins and one that adopts it do not both have its logs, nor wait for one another", async () => {
  const adopter = await begin();
  for (let round = 0; round < 30; round++) {
    const node = await begin();
    await openLog(2_000 + round, node);
    const seen = await leaseOf(adopter, node.nodeId);

    const [again, taken] = await Promise.all([begin(node.nodeId), adoptLogs(sql, adopter, seen, ttlMs)]);

    expect(again.epoch).toBe(node.epoch + (taken === null ? 1 : 2));
    expect(await ownerOf(2_000 + round)).toBe((taken === null ? node : adopter).nodeId);
  }
});

test("[LE3] who has lost its own epoch adopts nobody", async () => {
  const dead = await begin();
  await openLog(1, dead);
  const former = await begin();
  const seen = await leaseOf(former, dead.nodeId);
  await begin(former.nodeId);

  expect(await adoptLogs(sql, former, seen, ttlMs)).toBeNull();
  expect(await ownerOf(1)).toBe(dead.nodeId);
});

test("[LE3] a log that opens while its node is adopted is found by asking again", async () => {
  const dead = await begin();
  await openLog(1, dead);
  const adopter = await begin();
  const seen = await leaseOf(adopter, dead.nodeId);
  let adopting: ReturnType<typeof adoptLogs> | null = null;
  // As a statement of the dead node's that came first and ends later: it locks the fence, and opens a log.
  await sql.begin(async (other) => {
    await other`select from nodes where id = ${dead.nodeId} for share`;
    adopting = adoptLogs(sql, adopter, seen, ttlMs);
    await expect
      .poll(() => sql`select from pg_locks where not granted`, { timeout: 5_000 })
      .not.toHaveLength(0);
    await other`insert into logs (log_id, topic, node_id, durable, epoch)
      values (2, 'orders', ${dead.nodeId}, true, ${dead.epoch})`;
  });

  const first = await adopting!;
  expect(first).toMatchObject({ logs: 1 });
  expect(await adoptLogs(sql, adopter, { ...seen, term: first!.term }, ttlMs)).toMatchObject({ logs: 1 });
  expect(await ownerOf(2)).toBe(adopter.nodeId);
});
