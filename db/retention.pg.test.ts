import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { freshDatabase } from "../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "./client.ts";
import { migrate } from "./migrate.ts";
import { dropAuditPartitions, insertAuditBatch, makeAuditPartitions } from "./queries/audit.ts";
import { deleteBlocks } from "./queries/blocks.ts";
import { upsertNode } from "./queries/nodes.ts";

const nodeId = randomUUID();

function open(url: string): Sql {
  return openPool(parseDatabaseUrl(url), { schema: "weir", name: "test", max: 1 });
}

function event(sql: Sql, batch: number): Promise<void> {
  return insertAuditBatch(sql, nodeId, {
    ...{ day: "2026-01-02", batch, logId: 1, seqMin: 0, seqMax: 0, logIds: null, events: 1 },
    ...{ fromMs: 0, toMs: 1, directory: "{}", body: Buffer.alloc(1) },
  });
}

test("[RP10] days that somebody reads are dropped later, and who writes events does not wait meanwhile", async () => {
  await using database = await freshDatabase();
  const [writer, dropper, reader] = [open(database.url), open(database.url), open(database.url)];
  await migrate(writer, "weir");
  await makeAuditPartitions(writer, ["2026-01-01", "2026-01-02"]);
  await reader.unsafe("begin; select count(*) from audit_batches").simple();

  const dropping = dropAuditPartitions(dropper, "2026-01-02").catch((error: unknown) => error);
  let slowestMs = 0;
  for (let batch = 0; batch < 100; batch++) {
    const startMs = performance.now();
    await event(writer, batch);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  expect(await dropping).toMatchObject({ code: "55P03" });
  expect(slowestMs).toBeLessThan(1_500);

  await reader.unsafe("commit").simple();
  expect(await dropAuditPartitions(dropper, "2026-01-02")).toBe(1);
  expect(await writer`select count(*)::int as left from audit_batches`).toEqual([{ left: 100 }]);
  await Promise.all([writer, dropper, reader].map((sql) => sql.end()));
});

test("[RP10] a delete of drained blocks looks at few rows, however many were deleted under a snapshot before", async () => {
  await using database = await freshDatabase();
  const [sql, reader] = [open(database.url), open(database.url)];
  await migrate(sql, "weir");
  await upsertNode(sql, { id: nodeId, hostname: "test", broadcastAddress: "test" });
  await sql`insert into logs (log_id, topic, node_id) values (1, 't', ${nodeId})`;
  await sql`insert into blocks (log_id, loose, first_seq, end_seq, count, byte_count, frames)
    select 1, false, n, n + 1, 1, 1, '\\x00' from generate_series(0, 19999) n`;
  await sql`analyze blocks`;
  await reader.unsafe("begin isolation level repeatable read; select count(*) from blocks").simple();
  const owner = { nodeId, epoch: 1 };
  const drained = (fromSeq: number, belowSeq: number) => [{ logId: 1, fromSeq, belowSeq }];
  expect(await deleteBlocks(sql, owner, drained(0, 19_000), 20_000)).toHaveLength(19_000);

  const read = async () => {
    await sql`select pg_stat_force_next_flush()`;
    const [row] = await sql<{ read: number }[]>`select sum(idx_tup_read)::int as read
      from pg_stat_all_indexes where relid = 'blocks'::regclass`;
    return row!.read;
  };
  const before = await read();
  expect(await deleteBlocks(sql, owner, drained(19_000, 19_128), 128)).toHaveLength(128);
  expect((await read()) - before).toBeLessThan(1_000);

  await reader.unsafe("commit").simple();
  await Promise.all([sql, reader].map((pool) => pool.end()));
});
