import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshDatabase } from "../../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "../client.ts";
import { migrate } from "../migrate.ts";
import { dropFlushPartitions, insertFlushPart, makeFlushPartitions, selectFlushes } from "./flushes.ts";
import { upsertNode } from "./nodes.ts";

const hour = 500_000;

async function withNode(act: (sql: Sql, nodeId: string) => Promise<void>): Promise<void> {
  await using database = await freshDatabase();
  const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 1 });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  await migrate(sql, "weir");
  const nodeId = randomUUID();
  await upsertNode(sql, { id: nodeId, hostname: "host", broadcastAddress: "host" });
  for (let at = hour; at < hour + 4; at++) await makeFlushPartitions(sql, at);
  await act(sql, nodeId);
}

const part = (flush: number, at: number, whole: boolean, of = { part: 0, parts: 1 }) => ({
  ...{ flush, hour: at, whole, ...of },
  payload: Buffer.from(`${flush}.${of.part};`),
  restored: [],
});

async function read(sql: Sql, nodeId: string, epoch = 1): Promise<string[]> {
  const found: string[] = [];
  for await (const payload of selectFlushes(sql, { nodeId, epoch })) found.push(payload.toString());
  return found;
}

const partitions = async (sql: Sql) =>
  (await sql`select relname from pg_class where relname ~ '^progress_flushes_[0-9]+$' order by relname`).map(
    (row) => Number((row["relname"] as string).slice(17)) - hour,
  );

test("[PR5] flushes are read from the newest whole one on, and one that is there in part is none", async () => {
  await withNode(async (sql, nodeId) => {
    const owner = { nodeId, epoch: 1 };
    const parts = [
      ...[part(1, hour, true), part(2, hour, false)],
      ...[part(3, hour, true, { part: 0, parts: 2 }), part(3, hour, true, { part: 1, parts: 2 })],
      ...[part(4, hour + 1, false), part(5, hour + 1, true, { part: 0, parts: 2 })],
    ];
    for (const each of parts) expect(await insertFlushPart(sql, owner, each)).toHaveLength(1);
    // Sent again, as after an unknown outcome.
    expect(await insertFlushPart(sql, owner, parts[0]!)).toHaveLength(1);

    expect(await read(sql, nodeId)).toEqual(["3.0;3.1;", "4.0;"]);
    expect(await read(sql, nodeId, 2)).toEqual([]);
  });
});

test("[PR5] a flush of an epoch that is over writes nothing and takes no log over", async () => {
  await withNode(async (sql, nodeId) => {
    await sql`insert into logs (log_id, topic, node_id, durable, epoch) values (7, 'orders', ${nodeId}, true, 1)`;
    await sql`update nodes set epoch = 2`;

    expect(
      await insertFlushPart(sql, { nodeId, epoch: 1 }, { ...part(1, hour, true), restored: [7] }),
    ).toHaveLength(0);

    expect(await read(sql, nodeId)).toEqual([]);
    expect((await sql`select progress_epoch from logs`)[0]).toEqual({ progress_epoch: null });
  });
});

test("[PR6] a partition of progress goes when no log's state is in it, and not before", async () => {
  await withNode(async (sql, nodeId) => {
    const owner = { nodeId, epoch: 1 };
    await sql`insert into logs (log_id, topic, node_id, durable, epoch) values (7, 'orders', ${nodeId}, true, 1)`;
    await insertFlushPart(sql, owner, part(1, hour, true));
    await insertFlushPart(sql, owner, part(2, hour + 1, false));
    await dropFlushPartitions(sql, hour + 3);
    // The last two hold nothing, but the later is not before.
    expect(await partitions(sql)).toEqual([0, 1, 3, 4]);

    await insertFlushPart(sql, owner, part(3, hour + 3, true));
    await dropFlushPartitions(sql, hour + 3);
    expect(await partitions(sql)).toEqual([3, 4]);
    expect(await read(sql, nodeId)).toEqual(["3.0;"]);

    await sql`update nodes set epoch = 2`;
    await sql`update logs set epoch = 2, progress_node = ${nodeId}, progress_epoch = 1`;
    await dropFlushPartitions(sql, hour + 9);
    expect(await partitions(sql)).toEqual([3]);
    await makeFlushPartitions(sql, hour + 3);
    await insertFlushPart(sql, { nodeId, epoch: 2 }, { ...part(4, hour + 4, true), restored: [7] });
    await dropFlushPartitions(sql, hour + 4);
    expect(await partitions(sql)).toEqual([4]);
  });
});
