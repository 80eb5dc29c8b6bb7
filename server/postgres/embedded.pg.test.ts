import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { isAlive } from "../testing/processes.ts";
import { accountFor, canRead, runAs } from "./account.ts";
import { startPostgres } from "./embedded.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-pg-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const root = process.getuid?.() === 0;
const nobody = root ? accountFor("/nowhere") : null;

async function query(url: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<unknown> {
  const { username, pathname, searchParams } = new URL(url);
  const host = searchParams.get("host")!;
  const sql = postgres({ host, user: username, database: pathname.slice(1), max: 1, fetch_types: false });
  try {
    return await run(sql);
  } finally {
    await sql.end();
  }
}

/** A process that starts a server on `directory` and holds it. */
async function holder(as = {}): Promise<{ child: ChildProcess; serverPid: number }> {
  const source = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
    const server = await startPostgres({ dataDir: ${JSON.stringify(directory)} });
    console.log(server.pid);
    setInterval(() => {}, 1 << 30);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    ...as,
    cwd: "/",
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout! }))
    return { child, serverPid: Number(line) };
  throw new Error("the holder ended");
}

function userOf(pid: number): number {
  return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
}

test("[PG1] a row that was committed is there after kill -9 and a start", async () => {
  await using server = await ownPostgres();
  await query(server.url, (sql) => sql`create table kept (id int)`);
  await query(server.url, (sql) => sql`insert into kept values (42)`);

  await server.kill9();
  await server.start();

  expect(await query(server.url, (sql) => sql`select id from kept`)).toEqual([{ id: 42 }]);
});

test("[PG1] an end nobody asked for is told, one that was asked for is not", async () => {
  const ends: string[] = [];
  const options = { dataDir: directory, onExit: (how: string) => void ends.push(how) };

  await (await startPostgres(options)).stop();
  await (await startPostgres(options)).kill9();

  await expect.poll(() => ends).toEqual(["SIGKILL"]);
});

test("[PG2] a killed parent leaves no server behind, and the next start does not wait", async () => {
  const { child, serverPid } = await holder();

  child.kill("SIGKILL");
  await using _next = await startPostgres({ dataDir: directory });

  expect(isAlive(serverPid)).toBe(false);
});

test("[PG3] the server is not root, listens on no port, and others cannot enter where its socket is", async () => {
  await using server = await startPostgres({ dataDir: directory });

  expect(userOf(server.pid)).not.toBe(0);
  expect(await query(server.url, (sql) => sql`show listen_addresses`)).toEqual([{ listen_addresses: "" }]);
  expect(statSync(new URL(server.url).searchParams.get("host")!).mode & 0o777).toBe(0o700);
});

test.runIf(root)(
  "[PG3] in a directory that only root may enter it runs as another user all the same",
  async () => {
    const closed = join(directory, "closed");
    await using server = await startPostgres({ dataDir: closed });
    const { data_directory } = (await query(server.url, (sql) => sql`show data_directory`).then(
      first,
    )) as Row;
    await server.stop();
    rmSync(closed, { recursive: true });

    // mkdtemp's directories are of mode 0700, and it is root's.
    expect(data_directory).toMatch(/^\/var\/lib\/weir\/postgres-/);
    rmSync(join(data_directory!, ".."), { recursive: true });
  },
);

test.runIf(nobody !== null && canRead(nobody, import.meta.dirname))(
  "[PG3] started by an ordinary user it runs as that user",
  async () => {
    chownSync(directory, nobody!.uid, nobody!.gid);
    const { child, serverPid } = await holder(runAs(nobody));

    expect(userOf(serverPid)).toBe(nobody!.uid);
    child.kill("SIGTERM");
    await expect.poll(() => isAlive(serverPid), { timeout: 10_000 }).toBe(false);
  },
);

test("[PG4] a lock that names a process which is no server here does not keep it from starting", async () => {
  await (await startPostgres({ dataDir: directory })).kill9();
  const lock = join(directory, "data", "postmaster.pid");
  const [, ...rest] = readFileSync(lock, "utf8").split("\n");
  writeFileSync(lock, [process.pid, ...rest].join("\n"));

  await using server = await startPostgres({ dataDir: directory });

  expect(await query(server.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("[PG4] a server that is running is left alone", async () => {
  await using server = await startPostgres({ dataDir: directory });

  await expect(startPostgres({ dataDir: directory })).rejects.toThrow(
    `another Postgres (process ${server.pid}) uses ${directory}/data: is Weir running there already?`,
  );
  expect(await query(server.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("[PG4] a database that was only half made is made anew", async () => {
  writeFileSync(join(directory, "data.new"), "cut off");

  await using server = await startPostgres({ dataDir: directory });

  expect(await query(server.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test("[PG5] two fresh databases do not see one another", async () => {
  await using one = await freshDatabase();
  await using other = await freshDatabase();
  await query(one.url, (sql) => sql`create table mine (id int)`);

  const found = await query(other.url, (sql) => sql`select to_regclass('mine')::text as found`);

  expect(found).toEqual([{ found: null }]);
});

type Row = Record<string, string | undefined>;

function first(rows: unknown): Row {
  return (rows as Row[])[0]!;
}
