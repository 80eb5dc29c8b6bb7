import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase } from "../testing/postgres.ts";
import { descendants, isAlive } from "../testing/processes.ts";

const launcher = resolve(import.meta.dirname, "../../bin/weir.mjs");
const withinMs = 60_000;

let directory: string;
let up: ChildProcess;
let said: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-up-"));
});

afterEach(async () => {
  up.kill("SIGKILL");
  await until(() => processes().length === 0);
  rmSync(directory, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: withinMs, interval: 20 }).toBe(true);
}

async function start(
  more: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<void> {
  said = "";
  const addresses = ["tcp-address", "http-address", "console-http-address"].map(
    (name) => `--${name}=127.0.0.1:0`,
  );
  const { DATABASE_URL: _, ...env } = process.env;
  up = spawn(process.execPath, [launcher, "up", `--data-path=${directory}`, ...addresses, ...flags], {
    env: { ...env, ...more },
    stdio: "pipe",
  });
  for (const stream of [up.stdout!, up.stderr!]) stream.on("data", (chunk) => (said += chunk));
  await until(() => said.includes("Weir is running") || up.exitCode !== null);
  expect(said).toContain("Weir is running");
}

/** Every living process that has the directory on its command line, `up` included, by number. */
function processes(): { pid: number; command: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
        return command.includes(directory) ? [{ pid: Number(name), command }] : [];
      } catch {
        return [];
      }
    });
}

function pidOf(part: string): number {
  return processes().find(({ command }) => command.includes(part))!.pid;
}

function address(name: string): string {
  return new RegExp(`${name} +(\\S+)`).exec(said)![1]!;
}

test("[UP4] it says where everything is, and stops it all when asked", async () => {
  await start();

  expect((await fetch(`${address("NSQ HTTP")}/ping`)).status).toBe(200);
  // It serves, and shows nothing to whoever has not signed in.
  expect((await fetch(address("Console"))).status).toBe(401);
  expect(address("Sign in")).toContain(`${new URL(address("Console")).origin}/signin?token=`);
  expect(statSync(join(directory, "cluster-secret")).mode & 0o777).toBe(0o600);

  const started = descendants(up.pid!);
  up.kill("SIGINT");
  await until(() => up.exitCode !== null);

  expect(up.exitCode).toBe(0);
  expect(said.trimEnd()).toMatch(/Stopped\.$/);
  // Had Postgres stopped before the node, that would have been said.
  expect(said.split("Stopping")[1]).not.toContain("away");
  expect(started.length).toBeGreaterThanOrEqual(3);
  expect(started.filter(isAlive)).toEqual([]);
});

test("[UP2] a node and a Postgres that were killed come back, at the addresses they had", async () => {
  await start();

  process.kill(pidOf(" nsqd "), "SIGKILL");
  process.kill(pidOf("bin/postgres "), "SIGKILL");
  await until(() => said.includes("node is back") && said.includes("Postgres is back"));

  expect((await fetch(`${address("NSQ HTTP")}/ping`)).status).toBe(200);
});

test("[UP6] with a database given it starts no Postgres of its own", async () => {
  await using database = await freshDatabase();

  await start({ DATABASE_URL: database.url });

  expect(processes().filter(({ command }) => command.includes("bin/postgres "))).toEqual([]);
  expect(existsSync(join(directory, "postgres"))).toBe(false);
  expect(processes().filter(({ command }) => command.includes(database.url))).toEqual([]);
});

test("[UP8] its nodes are told which topics are durable, and its own Postgres keeps what they confirm", async () => {
  await start({}, ["--nodes=2", "--durable-topics=invoices.*", "--durable-topics=orders"]);

  const nodes = processes().filter(({ command }) => command.includes(" nsqd "));
  expect(nodes).toHaveLength(2);
  for (const { command } of nodes)
    expect(command).toContain("--durable-topics=invoices.* --durable-topics=orders");
  const publish = await fetch(`${address("NSQ HTTP")}/pub?topic=orders`, { method: "POST", body: "x" });
  expect([publish.status, await publish.text()]).toEqual([200, "OK"]);
});

test("[UP9] a node that was drained is not started again, and the rest goes on", async () => {
  await using database = await freshDatabase();
  await start({ DATABASE_URL: database.url }, ["--nodes=2", "--", "--accept-loss"]);
  const http = address("NSQ HTTP");
  const secret = readFileSync(join(directory, "cluster-secret"), "utf8").trim();
  const headers = { authorization: `Bearer ${secret}` };

  // Each has to have seen that the other is alive.
  const answer = async () => {
    const response = await fetch(`${http}/v1/drain`, { method: "POST", headers });
    await response.text();
    return response.status;
  };
  await expect.poll(answer, { timeout: 20_000 }).toBe(200);
  await until(() => said.includes("node 1 has nothing left to do and is not started again"));

  expect(processes().filter(({ command }) => command.includes(" nsqd "))).toHaveLength(1);
  up.kill("SIGTERM");
  await until(() => up.exitCode !== null);
  expect(up.exitCode).toBe(0);
});

test("[UP5] killed itself, it leaves nothing behind, and a second start finds its ports and data free", async () => {
  await start();

  const started = descendants(up.pid!);
  up.kill("SIGKILL");
  await until(() => started.filter(isAlive).length === 0);
  await start();

  expect((await fetch(`${address("NSQ HTTP")}/ping`)).status).toBe(200);
});
