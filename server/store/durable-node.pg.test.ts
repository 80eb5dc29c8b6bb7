import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import type { Block } from "../broker/ports.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { type NodeStore, type NodeStoreOptions, openNodeStore } from "./node-store.ts";
import { block, readAll, written } from "./store-contract.ts";
import { keptLog, silent } from "./test-log.ts";

/** A shared machine may be slow. */
const soon = { timeout: 15_000 };

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-store-"));
  made.push(path);
  return path;
}

function open(databaseUrl: string, options: Partial<NodeStoreOptions> = {}): Promise<NodeStore> {
  return openNodeStore({
    ...{ dataPath: newDirectory(), databaseUrl, cluster: "weir", log: silent, audit: "off", stopMsMax: 500 },
    ...options,
  });
}

/** Writes what somebody waits for; the answer is whether it is there by now. */
function writeDurably(store: NodeStore, one: Block): { readonly isDone: () => boolean } {
  let isDone = false;
  store.backlog.write(
    "orders",
    one,
    () => {
      isDone = true;
    },
    true,
  );
  return { isDone: () => isDone };
}

const up = (store: NodeStore) => expect.poll(() => store.status().state, { timeout: 15_000 }).toBe("up");

test("[SD8] where Postgres may lose what it has confirmed nothing durable is taken, and it is said why", async () => {
  // The run's Postgres has fsync off.
  await using database = await freshDatabase();
  const log = keptLog();
  const store = await open(database.url, { log });
  expect(store.status().durability).toBeNull();
  expect(store.durableRefusal).toBeNull();
  await up(store);

  const durable = writeDurably(store, block(7, 0, 10));
  await written(store.backlog, "orders", block(8, 0, 10));

  const why = "Postgres may lose what it has confirmed: fsync = off";
  expect(store.durableRefusal).toBe(why);
  expect(store.status().durability).toEqual({
    ...{ state: "refused", unsafeSettings: ["fsync = off"] },
    ...{ synchronousStandbys: "", synchronousConnected: 0 },
  });
  expect(log.lines).toContain(why);
  expect(durable.isDone()).toBe(false);
  await store.close({ deadlineMs: 1_000 });
});

test("[SD8] --accept-loss takes it, and the state says what that means", async () => {
  await using database = await freshDatabase();
  const store = await open(database.url, { acceptLoss: true });
  await up(store);

  const durable = writeDurably(store, block(7, 0, 10));
  await expect.poll(durable.isDone, soon).toBe(true);

  expect(store.durableRefusal).toBeNull();
  expect(store.status().durability?.state).toBe("at-risk");
  await store.close({ deadlineMs: 1_000 });
});

test("[SD8] settings are asked for again whenever Postgres comes back", async () => {
  await using server = await ownPostgres();
  const store = await open(server.url);
  await up(store);
  expect(store.status().durability?.state).toBe("kept");

  const admin = openPool(parseDatabaseUrl(server.url), { schema: "weir", name: "admin", max: 1 });
  await admin.unsafe("alter system set synchronous_commit = off").simple();
  await admin.end();
  await server.stop();
  await expect.poll(() => store.status().state, { timeout: 10_000 }).toBe("down");
  await server.start();
  await up(store);

  expect(store.durableRefusal).toBe("Postgres may lose what it has confirmed: synchronous_commit = off");
  await store.close({ deadlineMs: 1_000 });
});

test("[SD9] what is durable and not in Postgres at a stop was not confirmed and is gone; what Postgres has stays there", async () => {
  await using server = await ownPostgres();
  const dataPath = newDirectory();
  const first = await open(server.url, { dataPath });
  await first.load();
  await up(first);
  const early = writeDurably(first, block(7, 0, 100));
  await expect.poll(early.isDone, soon).toBe(true);
  await server.stop();
  await expect.poll(() => first.status().state, soon).toBe("down");
  const late = writeDurably(first, block(7, 100, 200));

  await first.saveCheckpoint([], { final: true, whole: false });
  await first.close({ deadlineMs: 1_000 });
  expect(late.isDone()).toBe(false);
  await server.start();
  const second = await open(server.url, { dataPath });
  await second.load();
  await up(second);

  expect(existsSync(join(dataPath, "segments"))).toBe(false);
  expect(await readAll(second.backlog, { logId: 7 })).toEqual([block(7, 0, 100)]);
  await second.close({ deadlineMs: 1_000 });
});

test("[SD5] a node's store says which logs are another's by now, and confirms nothing unless somebody listens", async () => {
  await using database = await freshDatabase();
  const store = await open(database.url, { acceptLoss: true });
  await up(store);
  const first = writeDurably(store, block(7, 0, 100));
  await expect.poll(first.isDone, soon).toBe(true);
  await store.shared!.use((sql) => sql`update logs set node_id = gen_random_uuid(), sealed_at = now()`);

  const unheard = writeDurably(store, block(7, 100, 200));
  await expect.poll(() => store.status().writingBytes, soon).toBe(0);
  expect(unheard.isDone()).toBe(false);
  const lost: number[] = [];
  store.onLogsLost = (logIds) => lost.push(...logIds);
  const heard = writeDurably(store, block(7, 200, 300));
  await expect.poll(heard.isDone, soon).toBe(true);

  expect(lost).toEqual([7]);
  expect(await readAll(store.backlog, { logId: 7 })).toEqual([]);
  await store.close({ deadlineMs: 1_000 });
});

test("[SN15] a node says at start when Postgres has too few connections left for it", async () => {
  await using server = await ownPostgres({ max_connections: "10" });
  const log = keptLog();
  const [first, second] = [await open(server.url), await open(server.url, { log })];

  await up(first);
  await up(second);

  expect(log.lines.join("\n")).toMatch(/Postgres may run out of connections: a node opens up to 8/);
  await Promise.all([first.close({ deadlineMs: 1_000 }), second.close({ deadlineMs: 1_000 })]);
});
