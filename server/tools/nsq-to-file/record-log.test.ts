import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { FileName } from "./file-name.ts";
import { OutputFiles, type OutputFilesSettings } from "./output-files.ts";
import { RecordLog, type RecordLogSettings } from "./record-log.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "weir-files-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await rm(directory, { recursive: true });
});

interface Changes extends Partial<RecordLogSettings>, Partial<OutputFilesSettings> {
  readonly datetimeFormat?: string;
}

/** A log of topic `t` whose files are `t<REV>.log`, or as `changes` say. */
async function logOf(changes: Changes = {}) {
  const { gzipLevel = null, rotateBytes = 0, rotateIntervalMs = 0, datetimeFormat } = changes;
  const { workDir = directory, outputDir = directory } = changes;
  const naming = {
    filenameFormat: datetimeFormat === undefined ? "<TOPIC><REV>.log" : "<TOPIC><REV>.<DATETIME>.log",
    datetimeFormat: datetimeFormat ?? "",
    hostIdentifier: "",
    gzip: gzipLevel !== null,
    needsRevision: gzipLevel !== null || rotateBytes + rotateIntervalMs > 0 || workDir !== outputDir,
  };
  const exclusive = changes.exclusive ?? (gzipLevel !== null || rotateIntervalMs > 0);
  const files = new OutputFiles({ workDir, outputDir, exclusive, rotateBytes }, () => {});
  await files.prepare();
  const failures: Error[] = [];
  const log = new RecordLog(
    { gzipLevel, rotateBytes, rotateIntervalMs, unsyncedMax: 100, skipEmptyFiles: false, ...changes },
    new FileName(naming, "t", { hostname: "host", pid: 1 }),
    files,
    { info: () => {}, failed: (error) => failures.push(error) },
  );
  return { log, failures };
}

async function append(log: RecordLog, ...bodies: string[]): Promise<void> {
  const written = bodies.map((body) => log.append(Buffer.from(body)));
  log.sync();
  await Promise.all(written);
}

function text(...path: string[]): Promise<string> {
  return readFile(join(directory, ...path), "utf8");
}

async function unzipped(name: string): Promise<string> {
  return gunzipSync(await readFile(join(directory, name))).toString();
}

test("[UT4] a record is a line, and a file that is there is added to", async () => {
  await writeFile(join(directory, "t.log"), "before\n");
  const { log } = await logOf();

  await append(log, "one", "two");

  expect(await text("t.log")).toBe("before\none\ntwo\n");
  await log.close();
});

test("[UT4] a record that a crash has cut off gets an end of its own", async () => {
  await writeFile(join(directory, "t.log"), "whole\ncut o");
  const { log } = await logOf();

  await append(log, "next");
  await log.close();

  expect(await text("t.log")).toBe("whole\ncut o\nnext\n");
});

test("[UT4] no record is acknowledged before its fsync has come back", async () => {
  await using any = await open(join(directory, "any"), "w");
  const fsync = Promise.withResolvers<void>();
  const sync = vi.spyOn(Object.getPrototypeOf(any), "sync");
  const { log } = await logOf();
  let acknowledged = 0;
  await append(log, "opens the file");
  sync.mockImplementation(() => fsync.promise);

  const written = ["one", "two"].map((body) => log.append(Buffer.from(body)).then(() => acknowledged++));
  log.sync();

  await eventually(() => expect(sync).toHaveBeenCalledTimes(3)); // the directory, the file, and again
  expect(await text("t.log")).toBe("opens the file\none\ntwo\n");
  expect(acknowledged).toBe(0);
  fsync.resolve();
  await Promise.all(written);
  await log.close();
});

test("[UT4] nothing is synced until somebody asks, or there are as many records as may be unsynced", async () => {
  const { log } = await logOf({ unsyncedMax: 3 });
  let acknowledged = 0;
  const one = () => void log.append(Buffer.from("x")).then(() => acknowledged++);

  one();
  one();
  await eventually(() => readdir(directory).then((names) => expect(names).toEqual(["t.log"])));
  expect(acknowledged).toBe(0);
  one();

  await eventually(() => expect(acknowledged).toBe(3));
  await log.close();
});

test("[UT4] a plain file can be followed: records are there before they are synced", async () => {
  const { log } = await logOf();

  void log.append(Buffer.from("one"));

  await eventually(async () => expect(await text("t.log")).toBe("one\n"));
  await log.close();
});

test("[UT4] gzip: each sync is a member, and the whole file one gzip file", async () => {
  const { log } = await logOf({ gzipLevel: 6 });

  await append(log, "one", "two");
  expect(await unzipped("t-000000.log.gz")).toBe("one\ntwo\n");
  await append(log, "three");
  await log.close();

  expect(await unzipped("t-000000.log.gz")).toBe("one\ntwo\nthree\n");
  const bytes = await readFile(join(directory, "t-000000.log.gz"));
  expect(bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), 3), "a second member").toBeGreaterThan(0);
});

test("[UT4] gzip: no file is added to, and an empty one is a gzip file too", async () => {
  await writeFile(join(directory, "t-000000.log.gz"), "of another run");
  const { log } = await logOf({ gzipLevel: 1 });

  log.tick();
  await log.close();

  expect(await text("t-000000.log.gz")).toBe("of another run");
  expect(await unzipped("t-000001.log.gz")).toBe("");
});

test("[UT4] rotate-size: a file that has grown beyond it is followed by the next", async () => {
  const { log } = await logOf({ rotateBytes: 10 });

  await append(log, "0123456789", "a", "b", "0123456789", "c");
  await log.close();

  expect(await text("t-000000.log")).toBe("0123456789\n");
  expect(await text("t-000001.log")).toBe("a\nb\n0123456789\n");
  expect(await text("t-000002.log")).toBe("c\n");
});

test("[UT4] rotate-size: files of another run are added to while they are small", async () => {
  await writeFile(join(directory, "t-000000.log"), "0123456789\n");
  await writeFile(join(directory, "t-000001.log"), "012\n");
  const { log } = await logOf({ rotateBytes: 10 });

  await append(log, "x");
  await log.close();

  expect(await readdir(directory)).toEqual(["t-000000.log", "t-000001.log"]);
  expect(await text("t-000001.log")).toBe("012\nx\n");
});

test("[UT4] rotate-interval: a file that is older is followed by the next, a number higher", async () => {
  const { log } = await logOf({ rotateIntervalMs: 20 });

  await append(log, "one");
  await eventually(async () => {
    log.tick();
    expect((await readdir(directory)).length).toBeGreaterThan(1);
  });
  await append(log, "two");
  await log.close();

  const names = (await readdir(directory)).toSorted();
  expect(names.slice(0, 2)).toEqual(["t-000000.log", "t-000001.log"]);
  expect((await Promise.all(names.map((name) => text(name)))).join("")).toBe("one\ntwo\n");
});

test("[UT4] a new name begins at revision 0 again", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2026, 0, 1) });
  const { log } = await logOf({ rotateBytes: 1, datetimeFormat: "%d" });
  await append(log, "one", "two");

  vi.setSystemTime(new Date(2026, 0, 2));
  await append(log, "three");
  await log.close();

  expect((await readdir(directory)).toSorted()).toEqual([
    "t-000000.01.log",
    "t-000000.02.log",
    "t-000001.01.log",
  ]);
});

test("[UT4] work-dir: files are moved when they are finished, and overwrite none", async () => {
  const [workDir, outputDir] = [join(directory, "work"), join(directory, "out")];
  const { log } = await logOf({ workDir, outputDir });
  await append(log, "one");
  expect(await readdir(outputDir)).toEqual([]);
  // Somebody takes the name while the file is written to.
  await writeFile(join(outputDir, "t-000000.log"), "of somebody else");

  await log.close();
  await append(log, "two");
  await log.close();

  expect(await readdir(workDir)).toEqual([]);
  expect(await text("out", "t-000000.log")).toBe("of somebody else");
  expect(await text("out", "t-000001.log")).toBe("one\n");
  expect(await text("out", "t-000002.log")).toBe("two\n");
});

test("[UT4] skip-empty-files: a tick begins no file; without it, it does", async () => {
  const { log } = await logOf({ skipEmptyFiles: true });
  log.tick();
  await log.close();
  expect(await readdir(directory)).toEqual([]);

  const { log: other } = await logOf();
  other.tick();
  await other.close();
  expect(await readdir(directory)).toEqual(["t.log"]);
});

test("[UT4] a disk that fails is told of once, and acknowledges nothing from then on", async () => {
  await mkdir(join(directory, "t.log"));
  const { log, failures } = await logOf();
  let acknowledged = 0;

  for (let record = 0; record < 3; record++) {
    void log.append(Buffer.from("x")).then(() => acknowledged++);
    log.sync();
  }
  await eventually(() => expect(failures).toHaveLength(1));
  await log.close();

  expect(failures[0]!.message).toContain("EISDIR");
  expect(acknowledged).toBe(0);
});

test("[UT4] gzip: large records are compressed before they pile up, and acknowledged no sooner", async () => {
  const { log } = await logOf({ gzipLevel: 1 });
  let acknowledged = 0;
  const body = Buffer.alloc(3 * 1024 * 1024, "x");

  for (let record = 0; record < 2; record++) void log.append(body).then(() => acknowledged++);

  await eventually(async () => {
    expect((await unzipped("t-000000.log.gz")).length).toBe(2 * (body.length + 1));
  });
  expect(acknowledged).toBe(0);
  await log.close();
  expect(acknowledged).toBe(2);
});
