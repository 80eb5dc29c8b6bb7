import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import { selectStoredLogs } from "../../db/queries/blocks.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { openOn } from "./opened-postgres.ts";
import { block, readAll, storeContract, written } from "./store-contract.ts";

/** Every second log, so that either class meets the same. */
const isDurable = (logId: number) => logId % 2 === 0;

describe("blocks in Postgres", () =>
  storeContract(
    async () => {
      const database = await freshDatabase();
      return openOn(database.url, { isDurable, onClose: () => database[Symbol.asyncDispose]() });
    },
    { lasts: true },
  ));

test("[SQ1] backends that are killed all the time lose no block and repeat none", async () => {
  await using database = await freshDatabase();
  const opened = openOn(database.url, { isDurable });
  await written(opened.backlog, "orders", block(100, 0, 1));
  const admin = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "killer", max: 1 });
  let kills = 0;
  const killer = setInterval(() => {
    admin`select count(pg_terminate_backend(pid)) as killed from pg_stat_activity
      where application_name like 'weir node%' and datname = current_database()`.then(
      ([row]) => {
        kills += Number(row!["killed"]);
      },
      () => {},
    );
  }, 40);

  const logs = Array.from({ length: 10 }, (_, i) => i + 1);
  let rounds = 0;
  for (; kills < 60 && rounds < 5_000; rounds++) {
    await written(opened.backlog, "orders", ...logs.map((logId) => block(logId, rounds, rounds + 1, rounds)));
  }
  clearInterval(killer);

  expect(kills).toBeGreaterThanOrEqual(60);
  for (const logId of logs) {
    const back = [];
    for (let fromSeq = 0; fromSeq < rounds; fromSeq = back.at(-1)!.endSeq) {
      const some = await readAll(opened.backlog, { logId, fromSeq });
      if (some.length === 0) break;
      back.push(...some);
    }
    expect(back.map((one) => [one.firstSeq, one.bytes[0]])).toEqual(
      Array.from({ length: rounds }, (_, round) => [round, round & 255]),
    );
  }
  await admin.end({ timeout: 1 });
  await opened.close();
});

test("[SQ2] Postgres killed under writes: every block that was done is there, the others follow when it is back", async () => {
  await using server = await ownPostgres();
  const opened = openOn(server.url, { isDurable });
  await written(opened.backlog, "orders", block(1, 0, 10));
  const done = new Set<number>();
  const all: Promise<unknown>[] = [];
  const writer = setInterval(() => {
    for (let n = 0; n < 10; n++) {
      const i = all.length;
      all.push(written(opened.backlog, "orders", block(2 + (i % 20), i, i + 1, i)).then(() => done.add(i)));
    }
  }, 5);
  const probe = { logId: 1, fromSeq: 0, toSeq: 9, bytesMax: 1, loose: false };

  await expect.poll(() => done.size).toBeGreaterThan(100);
  await server.kill9();
  const doneBefore = [...done];
  await expect.poll(() => opened.link.state, { timeout: 10_000 }).toBe("down");
  expect(opened.link.reason).not.toBeNull();
  expect(await new Promise((answer) => opened.backlog.read(probe, answer))).toBeNull();
  expect(done.size).toBeLessThan(all.length);
  await server.start();
  await expect.poll(() => opened.link.state, { timeout: 10_000 }).toBe("up");
  clearInterval(writer);
  await Promise.all(all);

  const found = new Set<number>();
  for (let logId = 2; logId < 22; logId++) {
    for (let fromSeq = 0; ; ) {
      const some = await readAll(opened.backlog, { logId, fromSeq });
      if (some.length === 0) break;
      for (const one of some) found.add(one.firstSeq);
      fromSeq = some.at(-1)!.endSeq;
    }
  }
  expect(doneBefore.filter((i) => !found.has(i))).toEqual([]);
  expect(found.size).toBe(all.length);
  await opened.close();
});

test("[SQ4] a Postgres that hangs is found out, and when it goes on nothing is lost or there twice", async () => {
  await using server = await ownPostgres();
  const opened = openOn(server.url, { isDurable });
  await written(opened.backlog, "orders", block(1, 0, 1));
  const [row] = await opened.link.use(
    "read",
    (sql) => sql`select current_setting('data_directory') as directory`,
  );
  const postmaster = readFileSync(join(row!["directory"], "postmaster.pid"), "utf8").split("\n")[0]!;
  const children = spawnSync("ps", ["-o", "pid=", "--ppid", postmaster], { encoding: "utf8" })
    .stdout.trim()
    .split(/\s+/);
  const signal = (name: "SIGSTOP" | "SIGCONT") => {
    for (const pid of [postmaster, ...children]) process.kill(Number(pid), name);
  };

  signal("SIGSTOP");
  const late = Array.from({ length: 50 }, (_, i) =>
    written(opened.backlog, "orders", block(2 + (i % 5), i, i + 1)),
  );
  await expect.poll(() => opened.link.reason, { timeout: 15_000 }).toBe("it did not answer in time");
  signal("SIGCONT");
  await Promise.all(late);

  const found = [];
  for (let logId = 2; logId < 7; logId++) found.push(...(await readAll(opened.backlog, { logId })));
  expect(found.map((one) => one.firstSeq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, i) => i),
  );
  await opened.close();
});

test("[SQ3] what a node stored is found again, log by log, with its topic and bounds", async () => {
  await using database = await freshDatabase();
  const opened = openOn(database.url, { isDurable });
  await written(
    opened.backlog,
    "orders",
    ...[block(5, 100, 200), block(5, 200, 300), block(5, 20, 90, 0, true), block(4_000_000_000, 1, 2)],
  );

  const stored = () => opened.link.use("read", (sql) => selectStoredLogs(sql, opened.nodeId));
  expect(await stored()).toEqual([
    { logId: 5, topic: "orders", durable: false, runsFrom: 100, runsTo: 300, looseFrom: 20, looseTo: 90 },
    {
      logId: 4_000_000_000,
      topic: "orders",
      durable: true,
      runsFrom: 1,
      runsTo: 2,
      looseFrom: 0,
      looseTo: 0,
    },
  ]);
  opened.backlog.forget(5, 2 ** 32);
  await expect.poll(async () => (await stored()).map((log) => log.logId)).toEqual([4_000_000_000]);
  await opened.close();
});
