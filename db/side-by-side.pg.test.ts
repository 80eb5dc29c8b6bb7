import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { eventually } from "../server/testing/eventually.ts";
import { freshDatabase } from "../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql, withDeadline } from "./client.ts";
import { migrate, readJournal, SchemaTooNewError, SearchPathError } from "./migrate.ts";
import { insertAuditBatch } from "./queries/audit.ts";
import { selectStoredLogs } from "./queries/blocks.ts";
import { registerRanges, reserveRange, upsertNode } from "./queries/nodes.ts";
import { deleteCheckpoints, insertCheckpoint, selectCheckpoint } from "./queries/progress.ts";
import { selectTopologyId } from "./queries/topology.ts";
import {
  declareTopic,
  deleteBlocks,
  deleteLogs,
  insertBlocks,
  migrationsBefore,
  selectBlocks,
  selectDeclared,
} from "./testing/version-before.ts";

const before = readJournal().slice(0, migrationsBefore);
const nodeId = randomUUID();
const statementMs = 10_000;

function open(url: string, schema = "weir"): Sql {
  return openPool(parseDatabaseUrl(url), { schema, name: "test", max: 1 });
}

/** One round of everything that a node of the version before does; throws what it could not bear. */
async function round(sql: Sql, n: number): Promise<void> {
  const bytes = Buffer.from(`frames of ${n}`);
  const block = { logId: n, topic: "t", loose: false, firstSeq: 0, endSeq: 10, count: 10, bytes };
  await withDeadline(insertBlocks(sql, nodeId, [block]), statementMs);
  const range = { logId: n, fromSeq: 0, toSeq: 10, bytesMax: 1_000, loose: false };
  const [read] = await withDeadline(selectBlocks(sql, range), statementMs);
  expect(read?.bytes).toEqual(bytes);
  await insertCheckpoint(sql, nodeId, n, bytes);
  await withDeadline(deleteCheckpoints(sql, nodeId, n), statementMs);
  expect((await selectCheckpoint(sql, nodeId))?.payload).toEqual(bytes);
  await insertAuditBatch(sql, nodeId, {
    ...{ day: "2026-01-02", batch: n, logId: n, seqMin: 0, seqMax: 9, logIds: null, events: 10 },
    ...{ fromMs: 0, toMs: 1, directory: "{}", body: bytes },
  });
  // Every other log ends.
  if (n % 2 === 0) return;
  await withDeadline(deleteBlocks(sql, new Map([[n, 2 ** 32]]), 128), statementMs);
  await withDeadline(deleteLogs(sql, nodeId, [n]), statementMs);
}

test("[RP7] a node of the version before goes on while the schema becomes the newest, and after", async () => {
  await using database = await freshDatabase();
  const [older, newer] = [open(database.url), open(database.url)];
  await migrate(older, "weir", before);
  await upsertNode(older, { id: nodeId, hostname: "older", broadcastAddress: "older" });
  await older`select audit_make_partition('2026-01-02')`;

  let rounds = 0;
  let isStopped = false;
  const writing = (async () => {
    while (!isStopped) await round(older, ++rounds);
  })();
  writing.catch(() => {});
  await eventually(() => expect(rounds).toBeGreaterThan(20));
  expect(await migrate(newer, "weir")).toBe(readJournal().length - migrationsBefore);
  const seen = rounds;
  await eventually(() => expect(rounds).toBeGreaterThan(seen + 20));
  isStopped = true;
  await writing;

  expect(await reserveRange(older, nodeId)).toBe(1);
  expect(await registerRanges(older, nodeId, [7])).toEqual([]);
  expect(await selectTopologyId(older)).toMatch(/^[0-9a-f-]{36}$/);
  expect(await withDeadline(declareTopic(older, "t"), statementMs)).toHaveLength(1);
  expect(await withDeadline(selectDeclared(older), statementMs)).toMatchObject([{ topic: "t", version: 1 }]);
  // The newer one reads what is left as logs that are not durable.
  const stored = await selectStoredLogs(newer, nodeId);
  expect(stored.map(({ logId, durable }) => [logId, durable])).toEqual(
    Array.from({ length: Math.floor(rounds / 2) }, (_, index) => [2 * (index + 1), false]),
  );
  await Promise.all([older.end(), newer.end()]);
});

test("[RP8] a build goes on beside a newer one that says so, and refuses one that does not", async () => {
  await using database = await freshDatabase();
  const sql = open(database.url);
  const known = readJournal().length;
  await migrate(sql, "weir");

  await sql`insert into migrations (idx, tag, works_with) values (${known}, 'additive', ${known})`;
  expect(await migrate(sql, "weir")).toBe(0);
  await sql`insert into migrations (idx, tag, works_with) values (${known + 1}, 'takes_away', ${known + 1})`;
  await expect(migrate(sql, "weir")).rejects.toThrow(SchemaTooNewError);
  await sql.end();
});

test("[RP9] the schema waits for a long reading without making writers wait", async () => {
  await using database = await freshDatabase();
  const [reader, writer, newer] = [open(database.url), open(database.url), open(database.url)];
  await migrate(writer, "weir", before);
  // As a dump does: a lock on every table for as long as it takes.
  await reader.unsafe("begin; lock table logs, blocks in access share mode").simple();

  const migrating = migrate(newer, "weir");
  migrating.catch(() => {});
  let slowestMs = 0;
  const untilMs = performance.now() + 6_000;
  for (let n = 1; performance.now() < untilMs; n++) {
    const startMs = performance.now();
    const block = {
      logId: n,
      topic: "t",
      loose: false,
      firstSeq: 0,
      endSeq: 1,
      count: 1,
      bytes: Buffer.alloc(9),
    };
    await withDeadline(insertBlocks(writer, nodeId, [block]), statementMs);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  expect(slowestMs).toBeLessThan(3_000);
  await reader.unsafe("commit").simple();

  expect(await migrating).toBe(readJournal().length - migrationsBefore);
  await Promise.all([reader.end(), writer.end(), newer.end()]);
});

test("[RP6] with another search path than the cluster's nothing is made, and it is said what to do", async () => {
  await using database = await freshDatabase();
  const sql = open(database.url, "elsewhere");

  await expect(migrate(sql, "weir")).rejects.toThrow(SearchPathError);
  await expect(migrate(sql, "weir")).rejects.toThrow("alter role … set search_path = weir");
  expect(await sql`select from pg_namespace where nspname in ('weir', 'elsewhere')`).toHaveLength(0);
  await sql.end();
});
