/**
 * How what is no longer wanted leaves Postgres: a day of the audit by dropping its partition, drained blocks by small
 * deletes, the latter also while a snapshot keeps what was deleted from going.
 * `node bench/retention.ts [--blocks N] [--rows N] [--markdown]`
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPool, parseDatabaseUrl, type Sql } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { deleteBlocks, insertBlocks } from "../db/queries/blocks.ts";
import { upsertNode } from "../db/queries/nodes.ts";
import { startPostgres } from "../server/postgres/embedded.ts";
import { circumstances, type Row, table, writeSection } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    blocks: { type: "string", default: "100000" },
    rows: { type: "string", default: "20000" },
    markdown: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log("node bench/retention.ts [--blocks N, default 100000] [--rows N, default 20000] [--markdown]");
  process.exit(0);
}
const blocks = Number(options.blocks);
const auditRows = Number(options.rows);
const blockBytes = 2_400;
const auditBytes = 16_384;
/** As the node deletes. */
const deleteRows = 128;

await using cleanup = new AsyncDisposableStack();
const dataDir = mkdtempSync(join(tmpdir(), "weir-bench-"));
cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
const server = await startPostgres({ dataDir });
cleanup.defer(() => server.stop());
const open = (name: string): Sql => {
  const sql = openPool(parseDatabaseUrl(server.url), { schema: "weir", name, max: 1, statementTimeoutMs: 0 });
  cleanup.defer(() => sql.end({ timeout: 1 }));
  return sql;
};
const sql = open("bench");
await migrate(sql, "weir");
const nodeId = randomUUID();
await upsertNode(sql, { id: nodeId, hostname: "bench", broadcastAddress: "bench" });
const owner = { nodeId, epoch: 1 };

const rows: Row[] = [["what", "statements", "ms each, median", "most"]];
const add = (what: string, ms: readonly number[]) => {
  const sorted = [...ms].sort((a, b) => a - b);
  rows.push([what, String(ms.length), sorted[sorted.length >> 1]!.toFixed(1), sorted.at(-1)!.toFixed(1)]);
  console.error(rows.at(-1)!.join("  "));
};

await fillDay("2026-01-01");
await fillDay("2026-01-02");
add(`drop a day, ${megabytes(auditRows * auditBytes)} MB`, [
  await timed(() => sql`select audit_drop_partitions('2026-01-02')`),
]);
add("delete a day instead", [await timed(() => sql`delete from audit_batches where day = '2026-01-02'`)]);

for (const isHeld of [false, true]) {
  const logId = isHeld ? 2 : 1;
  const holder = open("holder");
  await fillLog(logId);
  if (isHeld)
    await holder.unsafe("begin isolation level repeatable read; select count(*) from blocks").simple();
  const [deletes, inserts] = await drain(logId);
  const under = isHeld ? " under a snapshot" : "";
  const tenth = Math.ceil(deletes.length / 10);
  add(`delete ${deleteRows} blocks${under}, the first tenth`, deletes.slice(0, tenth));
  add(`delete ${deleteRows} blocks${under}, the last tenth`, deletes.slice(-tenth));
  add(`insert a block meanwhile${under}`, inserts);
}

const text = table(rows);
console.log(text);
if (options.markdown) {
  const command = `node bench/retention.ts --blocks ${blocks} --rows ${auditRows}`;
  writeSection("What leaves Postgres", `${circumstances(command)}\n\n${text}`);
}

async function timed(act: () => PromiseLike<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

async function fillDay(day: string): Promise<void> {
  await sql`select audit_make_partition(${day}::text::date)`;
  await sql`insert into audit_batches
    (day, node_id, batch, log_id, seq_min, seq_max, from_at, to_at, events, directory, body)
    select ${day}::text::date, ${nodeId}::uuid, n, 1, n, n, now(), now(), 1, '{}',
      decode(repeat('5a', ${auditBytes}), 'hex') from generate_series(1, ${auditRows}::int) n`;
}

async function fillLog(logId: number): Promise<void> {
  await sql`insert into logs (log_id, topic, node_id) values (${logId}, 't', ${nodeId})`;
  await sql`insert into blocks (log_id, loose, first_seq, end_seq, count, byte_count, frames)
    select ${logId}::bigint, false, n * 10, n * 10 + 10, 10, ${blockBytes}::int, decode(repeat('5a', ${blockBytes}), 'hex')
    from generate_series(0, ${blocks - 1}::int) n`;
}

/** Deletes all blocks as they are drained, a few at a time, while others are written on another connection. */
async function drain(logId: number): Promise<[deletes: number[], inserts: number[]]> {
  const deletes: number[] = [];
  const inserts: number[] = [];
  let isOver = false;
  const other = open("writer");
  const bytes = Buffer.alloc(blockBytes);
  const inserting = (async () => {
    for (let n = 0; !isOver; n++) {
      const block = {
        logId: logId + 10,
        topic: "t",
        durable: true,
        loose: false,
        firstSeq: n,
        endSeq: n + 1,
        count: 1,
        bytes,
      };
      inserts.push(await timed(() => insertBlocks(other, owner, [block])));
    }
  })();
  let fromSeq = 0;
  for (let belowSeq = deleteRows * 10; belowSeq < blocks * 10; belowSeq += deleteRows * 10) {
    const drained = [{ logId, fromSeq, belowSeq }];
    deletes.push(await timed(() => deleteBlocks(sql, owner, drained, deleteRows + 1)));
    fromSeq = belowSeq;
  }
  isOver = true;
  await inserting;
  return [deletes, inserts];
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
