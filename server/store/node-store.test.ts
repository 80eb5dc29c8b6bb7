import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TopicCheckpoint } from "../broker/checkpoint.ts";
import { noExceptions } from "./checkpoint-fit.ts";
import { type MetadataTopic, type NodeStore, openNodeStore } from "./node-store.ts";
import { block, readAll, storeContract, written } from "./store-contract.ts";
import { keptLog, silent } from "./test-log.ts";

let dataPath: string;
const made: string[] = [];
function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-store-"));
  made.push(path);
  return path;
}
beforeEach(() => {
  dataPath = newDirectory();
});
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function open(log = silent): Promise<NodeStore> {
  return openNodeStore({ dataPath, databaseUrl: null, cluster: "weir", log, audit: "all" });
}

/** What a killed process leaves is what is on disk: the same files elsewhere, under no lock. */
function crashed(): void {
  const copy = newDirectory();
  rmSync(copy, { recursive: true });
  spawnSync("cp", ["-a", dataPath, copy]);
  dataPath = copy;
}

function owed(...ranges: [number, number, number][]): TopicCheckpoint[] {
  const list = ranges.map(([logId, from, to]) => ({ logId, from, to }));
  return [
    {
      name: "orders",
      ranges: [],
      deferred: noExceptions,
      channels: [{ name: "a", ranges: list, exceptions: noExceptions }],
    },
  ];
}

describe("a node's store without a database", () =>
  storeContract(
    async () => {
      const directory = mkdtempSync(join(tmpdir(), "weir-store-"));
      const openIn = async () => {
        const store = await openNodeStore({
          dataPath: directory,
          databaseUrl: null,
          cluster: "weir",
          log: silent,
          audit: "all",
        });
        await store.load();
        return store;
      };
      const opened = (store: NodeStore) => ({
        backlog: store.backlog,
        reopen: async () => {
          await store.saveCheckpoint(owed([7, 100, 200]), { final: true });
          await store.close({ deadlineMs: 1000 });
          return opened(await openIn());
        },
        close: async () => {
          await store.close({ deadlineMs: 1000 });
          rmSync(directory, { recursive: true });
        },
      });
      return opened(await openIn());
    },
    { lasts: true },
  ));

test("[SN1] a clean stop and a start: the same is owed, its blocks are there, and what is not owed is gone", async () => {
  const first = await open();
  expect(await first.load()).toEqual({ topics: [], clean: true });
  await written(first.backlog, "orders", block(7, 0, 100), block(7, 100, 200), block(8, 0, 100));
  expect(first.holdsBlocks).toBe(true);
  await first.saveCheckpoint(owed([7, 150, 200]), { final: true });
  await first.close({ deadlineMs: 1000 });

  const second = await open();
  expect(second.identity).toBe(first.identity);
  expect(await second.load()).toEqual({ topics: owed([7, 150, 200]), clean: true });
  expect(await readAll(second.backlog, { logId: 7 })).toEqual([block(7, 100, 200)]);
  expect(await readAll(second.backlog, { logId: 8 })).toEqual([]);
  second.backlog.forget(7, 2 ** 32);
  expect(second.holdsBlocks).toBe(false);
  await second.close({ deadlineMs: 1000 });
});

test("[SN2] after kill -9 what was stored is found, also beyond the last checkpoint, and the rest is not owed", async () => {
  const first = await open();
  await first.load();
  await written(first.backlog, "orders", block(7, 0, 100), block(9, 0, 10));
  first.backlog.forget(9, 2 ** 32);
  await first.saveCheckpoint(owed([7, 50, 900]), { final: false });
  await written(first.backlog, "orders", block(7, 100, 200));
  await written(first.backlog, "new", block(8, 0, 10));
  crashed();

  const second = await open();
  const { topics, clean } = await second.load();

  expect(clean).toBe(false);
  expect(topics).toEqual([
    ...owed([7, 50, 200]),
    { name: "new", ranges: [{ logId: 8, from: 0, to: 10 }], deferred: noExceptions, channels: [] },
  ]);
  await second.close({ deadlineMs: 1000 });
  await first.close({ deadlineMs: 1000 });
});

test("[SN3] log ids never repeat, whether a process stops in order or is killed", async () => {
  const seen = new Set<number>();
  let given = 0;
  for (let round = 0; round < 12; round++) {
    const store = await open();
    for (let n = 0; n < 200; n++, given++) seen.add(store.logIds.next());
    if (round % 2 === 0) crashed();
    await store.close({ deadlineMs: 1000 });
  }

  expect(seen.size).toBe(given);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(32_768 * 65_536);
  expect(Math.max(...seen)).toBeLessThan(2 ** 32);
});

test("[SN4] a second process on the same data path is refused, until the first is gone however it ends", async () => {
  const script = `
    import { openNodeStore } from ${JSON.stringify(new URL("./node-store.ts", import.meta.url).href)};
    const log = { info() {}, warn() {}, error() {} };
    await openNodeStore({ dataPath: ${JSON.stringify(dataPath)}, databaseUrl: null, cluster: "weir", log, audit: "all" });
    process.kill(process.pid, "SIGKILL");`;
  const run = () => spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const first = await open();

  await expect(open()).rejects.toThrow(/^failed to lock data-path: /);
  expect(run().stderr).toContain("failed to lock data-path: ");
  await first.close({ deadlineMs: 1000 });
  expect(run().signal).toBe("SIGKILL");

  const second = await open();
  await second.close({ deadlineMs: 1000 });
});

test("[SN5] a damaged weir.json is refused: guessing would let ids repeat", async () => {
  writeFileSync(join(dataPath, "weir.json"), '{"version":1,"identity":');

  await expect(open()).rejects.toThrow(/damaged/);
});

test("[SN6] a damaged checkpoint is left out, and everything stored is owed again", async () => {
  const first = await open();
  await first.load();
  await written(first.backlog, "orders", block(7, 0, 100));
  await first.saveCheckpoint(owed([7, 50, 100]), { final: true });
  await first.close({ deadlineMs: 1000 });
  writeFileSync(join(dataPath, "checkpoint.dat"), "nonsense that is long enough");

  const second = await open();

  expect((await second.load()).topics[0]!.ranges).toEqual([{ logId: 7, from: 0, to: 100 }]);
  await second.close({ deadlineMs: 1000 });
});

const topics: MetadataTopic[] = [
  {
    name: "t",
    paused: false,
    channels: [
      { name: "c", paused: true },
      { name: "e#ephemeral", paused: false },
    ],
  },
  { name: "__proto__", paused: true, channels: [] },
  { name: "gone#ephemeral", paused: false, channels: [] },
];

test("[MP3] nsqd.dat has nsqd's shape and mode 0600, without ephemerals", async () => {
  const store = await open();
  store.metadata.attach(() => topics);
  await store.metadata.flush();

  expect(readFileSync(join(dataPath, "nsqd.dat"), "utf8")).toBe(
    '{"topics":[{"name":"t","paused":false,"channels":[{"name":"c","paused":true}]},{"name":"__proto__","paused":true,"channels":null}],"version":"1.3.0"}',
  );
  expect(statSync(join(dataPath, "nsqd.dat")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataPath).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  await store.close({ deadlineMs: 1000 });

  const second = await open();
  expect(second.metadata.topics).toEqual([
    { name: "t", paused: false, channels: [{ name: "c", paused: true }] },
    { name: "__proto__", paused: true, channels: [] },
  ]);
  await second.close({ deadlineMs: 1000 });
});

test("[SM1] many changes are written soon, and few times; an empty broker is written as null", async () => {
  const store = await open();
  let asked = 0;
  store.metadata.attach(() => {
    asked++;
    return [];
  });
  for (let n = 0; n < 1000; n++) store.metadata.changed();

  await expect
    .poll(() => readFileSync(join(dataPath, "nsqd.dat"), "utf8"))
    .toBe('{"topics":null,"version":"1.3.0"}');
  expect(asked).toBeLessThanOrEqual(2);
  await store.close({ deadlineMs: 1000 });
});

test("[SM2] invalid names in nsqd.dat are skipped with a warning, what is no JSON is fatal", async () => {
  const log = keptLog();
  writeFileSync(
    join(dataPath, "nsqd.dat"),
    '{"topics":[{"name":"a b","channels":null},{"name":"ok","paused":true,"channels":[{"name":"x/y"},{"name":"c"}]},7]}',
  );
  const store = await open(log);

  expect(store.metadata.topics).toEqual([
    { name: "ok", paused: true, channels: [{ name: "c", paused: false }] },
  ]);
  expect(log.lines.filter((line) => line.startsWith("skipping"))).toHaveLength(3);
  await store.close({ deadlineMs: 1000 });
  writeFileSync(join(dataPath, "nsqd.dat"), '{"topics":[');

  await expect(open()).rejects.toThrow(/failed to parse metadata/);
});

test("[SN7] a disk that refuses at a stop is an error that says so, not a silent loss", async () => {
  copyFileSync("/dev/null", join(dataPath, "segments"));
  const store = await open();
  store.backlog.write("orders", block(7, 0, 10), () => {});

  await expect(store.saveCheckpoint([], { final: true })).rejects.toThrow(/could not be kept/);

  await store.close({ deadlineMs: 100 });
});
