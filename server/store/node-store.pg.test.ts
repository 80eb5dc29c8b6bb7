import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { noExceptions } from "./checkpoint-fit.ts";
import { type NodeStore, openNodeStore } from "./node-store.ts";
import { block, readAll, storeContract, written } from "./store-contract.ts";
import { keptLog, silent } from "./test-log.ts";

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-store-"));
  made.push(path);
  return path;
}

/** What a killed process leaves, elsewhere and under no lock. */
function copyOf(dataPath: string): string {
  const copy = newDirectory();
  rmSync(copy, { recursive: true });
  spawnSync("cp", ["-a", dataPath, copy]);
  return copy;
}

function open(dataPath: string, databaseUrl: string, log = silent): Promise<NodeStore> {
  return openNodeStore({ dataPath, databaseUrl, cluster: "weir", log, audit: "all", stopMsMax: 2000 });
}

const up = (store: NodeStore) => expect.poll(() => store.status().state, { timeout: 15_000 }).toBe("up");

async function query<T>(url: string, act: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(parseDatabaseUrl(url), { schema: "weir", name: "test", max: 1 });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function owed(...ranges: [number, number, number][]): TopicCheckpoint[] {
  const list = ranges.map(([logId, from, to]) => ({ logId, from, to }));
  const channels = [{ name: "a", ranges: list, exceptions: noExceptions }];
  return [{ name: "orders", ranges: [], deferred: noExceptions, channels }];
}

storeContract(
  async () => {
    const database = await freshDatabase();
    const dataPath = newDirectory();
    const opened = async (store: NodeStore) => ({
      backlog: store.backlog,
      reopen: async () => {
        await store.saveCheckpoint(owed([7, 100, 200]), { final: true });
        await store.close({ deadlineMs: 1000 });
        const again = await open(dataPath, database.url);
        await again.load();
        return opened(again);
      },
      close: async () => {
        await store.close({ deadlineMs: 1000 });
        await database[Symbol.asyncDispose]();
      },
    });
    const store = await open(dataPath, database.url);
    await store.load();
    return opened(store);
  },
  { lasts: true },
);

test("[SN8] the store is usable at once, whether Postgres is there or not", async () => {
  const dataPath = newDirectory();
  const started = performance.now();
  const store = await open(dataPath, "postgres://nobody@localhost/none?host=/nowhere");
  const id = store.logIds.next();
  const tookMs = performance.now() - started;

  expect(tookMs).toBeLessThan(200);
  expect(id).toBeGreaterThanOrEqual(32_768 * 65_536);
  expect(await store.load()).toEqual({ topics: [], clean: true });
  expect(store.status()).toMatchObject({ kind: "postgres", state: "starting" });
  await expect.poll(() => store.status().reason).toMatch(/socket/);
  await store.close({ deadlineMs: 1000 });
});

test("[SN9] stopped while Postgres is away: all is in files, read from them at once, and moved when it is back", async () => {
  await using server = await ownPostgres();
  const dataPath = newDirectory();
  const first = await open(dataPath, server.url);
  await first.load();
  await up(first);
  await written(first.backlog, "orders", block(7, 0, 100));
  await server.stop();
  await expect.poll(() => first.status().state).toBe("down");
  const late = written(first.backlog, "orders", block(7, 100, 200), block(8, 0, 50));
  expect(first.status().writingBytes).toBe(1500);
  await first.saveCheckpoint(owed([7, 0, 200], [8, 0, 50]), { final: true });
  await late;
  await first.close({ deadlineMs: 1000 });

  const second = await open(dataPath, server.url);
  expect(await second.load()).toEqual({ topics: owed([7, 0, 200], [8, 0, 50]), clean: true });
  expect(await readAll(second.backlog, { logId: 8 })).toEqual([block(8, 0, 50)]);
  const range = { logId: 7, fromSeq: 0, toSeq: 200, bytesMax: 1e9, loose: false };
  // Part of it is where nobody can look now: no answer is better than a wrong one.
  expect(await new Promise((answer) => second.backlog.read(range, answer))).toBeNull();
  await server.start();
  await up(second);

  expect(await readAll(second.backlog, { logId: 7 })).toEqual([block(7, 0, 100), block(7, 100, 200)]);
  await expect.poll(() => readdirSync(join(dataPath, "segments"))).toEqual([]);
  expect(await readAll(second.backlog, { logId: 7 })).toEqual([block(7, 0, 100), block(7, 100, 200)]);
  expect(await readAll(second.backlog, { logId: 8 })).toEqual([block(8, 0, 50)]);
  await second.close({ deadlineMs: 1000 });
});

test("[SN10] after kill -9 the backlog is what Postgres has, also beyond the last checkpoint", async () => {
  await using database = await freshDatabase();
  const dataPath = newDirectory();
  writeFileSync(join(dataPath, "nsqd.dat"), '{"topics":[{"name":"new","channels":[{"name":"x"}]}]}');
  const first = await open(dataPath, database.url);
  await first.load();
  await written(first.backlog, "orders", block(7, 0, 100), block(7, 100, 200));
  first.backlog.forget(7, 100);
  await first.saveCheckpoint(owed([7, 120, 900]), { final: false });
  await written(first.backlog, "orders", block(7, 200, 300));
  await written(first.backlog, "new", block(8, 0, 10));

  const second = await open(copyOf(dataPath), database.url);
  expect(await second.load()).toEqual({
    clean: false,
    topics: [
      ...owed([7, 120, 300]),
      {
        ...{ name: "new", ranges: [], deferred: noExceptions },
        channels: [{ name: "x", ranges: [{ logId: 8, from: 0, to: 10 }], exceptions: noExceptions }],
      },
    ],
  });
  expect(await readAll(second.backlog, { logId: 7, fromSeq: 120 })).toEqual([
    block(7, 100, 200),
    block(7, 200, 300),
  ]);
  await second.close({ deadlineMs: 1000 });
  await first.close({ deadlineMs: 1000 });
});

test("[SN14] a node that stops before Postgres told it what is owed loses neither that nor its own", async () => {
  await using server = await ownPostgres();
  const dataPath = newDirectory();
  const killed = await open(dataPath, server.url);
  await killed.load();
  await up(killed);
  await written(killed.backlog, "orders", block(7, 0, 100));
  await killed.saveCheckpoint(owed([7, 60, 100]), { final: false });
  const left = copyOf(dataPath);
  await killed.close({ deadlineMs: 1000 });
  await server.stop();

  for (const logId of [8, 9]) {
    const short = await open(left, server.url);
    void short.load();
    const kept = written(short.backlog, "orders", block(logId, 0, 10), block(logId, 3, 4, 0, true));
    await short.saveCheckpoint(owed([logId, 5, 10]), { final: true });
    await kept;
    await short.close({ deadlineMs: 1000 });
  }
  await server.start();

  const last = await open(left, server.url);
  const { topics } = await last.load();
  expect(topics).toEqual(owed([7, 60, 100], [8, 5, 10], [9, 5, 10]));
  await last.saveCheckpoint(topics, { final: true });
  await last.close({ deadlineMs: 1000 });
  expect(readdirSync(left)).not.toContain("checkpoint-beside.dat");
});

test("[SN11] what a clean stop no longer owed is deleted at the next start, rows and all", async () => {
  await using database = await freshDatabase();
  const dataPath = newDirectory();
  const first = await open(dataPath, database.url);
  await first.load();
  await written(first.backlog, "orders", block(7, 0, 100), block(7, 100, 200), block(9, 0, 10));
  await first.saveCheckpoint(owed([7, 150, 200]), { final: true });
  await first.close({ deadlineMs: 1000 });

  const second = await open(dataPath, database.url);
  await second.load();

  const left = () =>
    query(database.url, async (sql) =>
      (await sql`select log_id, first_seq from blocks`).map((row) => [row["log_id"], row["first_seq"]]),
    );
  await expect.poll(left).toEqual([[7, 100]]);
  const logs = () =>
    query(database.url, async (sql) => (await sql`select log_id from logs`).map((row) => row["log_id"]));
  await expect.poll(logs).toEqual([7]);
  await second.close({ deadlineMs: 1000 });
});

test("[SN12] nodes get ranges of log ids of their own; one that guessed another's seals and keeps its blocks to itself", async () => {
  await using database = await freshDatabase();
  const [one, other] = [newDirectory(), newDirectory()];
  const nowhere = "postgres://nobody@localhost/none?host=/nowhere";
  for (const dataPath of [one, other]) {
    const store = await open(dataPath, nowhere);
    store.logIds.next();
    await store.saveCheckpoint([], { final: true });
    await store.close({ deadlineMs: 100 });
  }
  const range = JSON.parse(readFileSync(join(one, "weir.json"), "utf8")).range as number;
  const state = JSON.parse(readFileSync(join(other, "weir.json"), "utf8"));
  writeFileSync(
    join(other, "weir.json"),
    JSON.stringify({ ...state, range, noted: range * 65_536 + 9, provisional: [range] }),
  );

  const first = await open(one, database.url);
  await up(first);
  const log = keptLog();
  const second = await open(other, database.url, log);
  const lost: number[][] = [];
  second.onLogIdsLost = (from, to) => lost.push([from, to]);
  const id = second.logIds.next();
  const kept = written(second.backlog, "orders", block(id, 0, 10, 2));
  await up(second);
  await kept;
  await written(first.backlog, "orders", block(id, 0, 10, 1));

  expect(lost).toEqual([[range * 65_536, (range + 1) * 65_536]]);
  expect(log.lines.join()).toContain("another node's");
  expect(Math.floor(second.logIds.next() / 65_536)).toBeLessThan(32_768);
  expect(await readAll(second.backlog, { logId: id })).toEqual([block(id, 0, 10, 2)]);
  expect(await readAll(first.backlog, { logId: id })).toEqual([block(id, 0, 10, 1)]);
  for (const store of [first, second]) await store.close({ deadlineMs: 1000 });
});

test("[SN13] a schema of a newer version is a state with a reason, and messages go on being kept", async () => {
  await using database = await freshDatabase();
  const dataPath = newDirectory();
  const first = await open(dataPath, database.url);
  await up(first);
  await first.saveCheckpoint([], { final: true });
  await first.close({ deadlineMs: 1000 });
  await query(database.url, (sql) => sql`insert into migrations (idx, tag) values (9999, 'of_the_future')`);

  const second = await open(dataPath, database.url);
  await expect.poll(() => second.status().reason).toMatch(/install a newer one/);
  const late = written(second.backlog, "orders", block(7, 0, 10));
  await second.saveCheckpoint(owed([7, 0, 10]), { final: true });
  await late;
  await second.close({ deadlineMs: 1000 });

  expect(readdirSync(join(dataPath, "segments"))).toHaveLength(1);
});

test("[SN12] an id that was taken while Postgres was asked for a range holds up nothing, and is settled at once", async () => {
  await using database = await freshDatabase();
  const first = await open(newDirectory(), database.url);
  await up(first);
  await first.close({ deadlineMs: 100 });
  const holder = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "holder", max: 1 });
  await holder.unsafe("begin; lock table log_ranges in exclusive mode").simple();

  const settings = { cluster: "weir", log: silent, audit: "all", acceptLoss: true } as const;
  const store = await openNodeStore({ dataPath: newDirectory(), databaseUrl: database.url, ...settings });
  const waiting = () => query(database.url, (sql) => sql`select from pg_locks where not granted`);
  await expect.poll(waiting, { timeout: 15_000 }).not.toHaveLength(0);
  const id = store.logIds.next();
  expect(id, "nobody could be asked for it").toBeGreaterThanOrEqual(2 ** 31);
  await holder.unsafe("commit").simple();
  await holder.end();
  await up(store);

  for (const from of [0, 10])
    await new Promise<void>((done) => store.backlog.write("orders", block(id, from, from + 10), done, true));
  expect(await readAll(store.backlog, { logId: id })).toEqual([block(id, 0, 10), block(id, 10, 20)]);
  const ranges = () => query(database.url, (sql) => sql<{ range: number }[]>`select range from log_ranges`);
  await expect
    .poll(async () => (await ranges()).map(({ range }) => range), { timeout: 15_000 })
    .toContain(Math.floor(id / 65_536));
  await store.close({ deadlineMs: 1_000 });
});
