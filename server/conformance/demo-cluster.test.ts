import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Consumer } from "../../client/node/index.ts";
import { eventually } from "../testing/eventually.ts";
import { request } from "../testing/http.ts";
import { nodeExecutable } from "../testing/node.ts";
import { descendants, isAlive } from "../testing/processes.ts";
import type { Stats } from "../testing/stats.ts";

const script = resolve(import.meta.dirname, "../../scripts/demo/cluster.ts");
const startWithinMs = 30_000;
const endWithinMs = 20_000;
/** A frozen lookup is waited for no longer than nsqd's own timeouts, 7 s together. */
const servedWithinMs = 10_000;

let directory: string;
let demo: ChildProcess;
let said: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-demo-"));
});

afterEach(async () => {
  const family = descendants(demo.pid!);
  demo.kill("SIGKILL");
  // What is frozen cannot end by itself.
  for (const pid of family.filter(isAlive)) process.kill(pid, "SIGCONT");
  await eventually(() => expect(family.filter(isAlive)).toEqual([]), { withinMs: endWithinMs });
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  said = "";
  const names = [
    "tcp-address",
    "http-address",
    "console-http-address",
    "lookupd-tcp-address",
    "lookupd-http-address",
  ];
  const args = [`--data-path=${directory}`, ...names.map((name) => `--${name}=127.0.0.1:0`)];
  const { DATABASE_URL: _, ...env } = process.env;
  demo = spawn(nodeExecutable(), [script, ...args], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  for (const stream of [demo.stdout!, demo.stderr!]) stream.on("data", (chunk) => (said += chunk));
  await eventually(() => expect(said).toContain("Weir is running"), { withinMs: startWithinMs });
}

function addresses(name: string): string[] {
  return [...said.matchAll(new RegExp(`${name} +(?:http://)?(127\\.\\S+)`, "g"))].map((match) => match[1]!);
}

/** The processes of a role, in no order. */
function pidsOf(role: string): number[] {
  return descendants(demo.pid!).filter((pid) => {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return isAlive(pid) && args.includes(role);
  });
}

async function get<T>(address: string, path: string): Promise<T> {
  return JSON.parse((await request("GET", `http://${address}${path}`)).text) as T;
}

/** HTTP addresses of the nodes that the console shows to somebody who has signed in. */
async function signIn(): Promise<() => Promise<string[]>> {
  const [link] = /http\S+\/signin\?token=\S+/.exec(said)!;
  const { headers } = await fetch(link, { redirect: "manual" });
  const cookie = headers
    .getSetCookie()
    .map((text) => text.split(";")[0]!)
    .join("; ");
  return async () => {
    const reply = await fetch(new URL("/api/nodes", link), { headers: { cookie } });
    const { nodes } = (await reply.json()) as { nodes: { http_port: number }[] };
    return nodes.map(({ http_port: port }) => `127.0.0.1:${port}`).toSorted();
  };
}

/** Messages that consumers of the demo have finished on a node. */
async function finished(http: string): Promise<number> {
  const { topics } = await get<Stats>(http, "/stats?format=json&topic=orders");
  const channels = topics?.flatMap((topic) => topic.channels) ?? [];
  return channels.reduce(
    (sum, { message_count: all, depth, in_flight_count: held, deferred_count: later }) => {
      return sum + all - depth - held - later;
    },
    0,
  );
}

test("[DC1] with a lookup and a node frozen, then killed, the others serve, and what was killed comes back", async () => {
  await start();
  const nodes = addresses("NSQ HTTP");
  const lookups = addresses("Lookup");
  expect([nodes.length, lookups.length]).toEqual([3, 2]);
  const listed = async (lookup: string) =>
    (await get<{ producers: { http_port: number; topics: string[] }[] }>(lookup, "/nodes")).producers;
  const allListed = (lookup: string) =>
    eventually(
      async () => {
        const found = await listed(lookup);
        expect(found.map(({ http_port: port }) => `127.0.0.1:${port}`).toSorted()).toEqual(nodes.toSorted());
        for (const { topics } of found) expect(topics).toContain("orders");
      },
      { withinMs: 20_000 },
    );
  for (const lookup of lookups) await allListed(lookup);
  for (const http of nodes)
    await eventually(async () => expect(await finished(http)).toBeGreaterThan(10), {
      withinMs: servedWithinMs,
    });

  const inConsole = await signIn();
  await eventually(async () => expect(await inConsole()).toEqual(nodes.toSorted()), {
    withinMs: servedWithinMs,
  });

  const [lookupPid, nodePid] = [pidsOf("nsqlookupd")[0]!, pidsOf("nsqd")[0]!];
  for (const pid of [lookupPid, nodePid]) process.kill(pid, "SIGSTOP");
  const answers = await Promise.all(
    nodes.map(async (http) => {
      const ping = await fetch(`http://${http}/ping`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => null,
      );
      return ping !== null;
    }),
  );
  const living = nodes.filter((_, index) => answers[index]);
  expect(living).toHaveLength(2);

  // Traffic goes on, and so does what is new: a topic, its channel, somebody who asks both lookups for it.
  const before = await Promise.all(living.map(finished));
  for (const http of living) await request("POST", `http://${http}/pub?topic=invoices`, `from ${http}`);
  const heard = new Set<string>();
  const consumer = new Consumer(
    {
      topic: "invoices",
      channel: "pdf",
      lookupdHttpAddresses: lookups,
      lookupdPollIntervalMs: 500,
      lookupdPollTimeoutMs: 500,
      maxInFlight: 10,
    },
    async (message) => void heard.add(message.body.toString()),
  );
  await eventually(
    () => expect([...heard].toSorted()).toEqual(living.map((http) => `from ${http}`).toSorted()),
    {
      withinMs: servedWithinMs,
    },
  );
  await consumer.close();
  for (const [index, http] of living.entries())
    await eventually(async () => expect(await finished(http)).toBeGreaterThan(before[index]! + 20), {
      withinMs: servedWithinMs,
    });

  expect(await inConsole()).toEqual(expect.arrayContaining(living));

  for (const pid of [lookupPid, nodePid]) process.kill(pid, "SIGKILL");
  await eventually(() => expect(said.match(/^(node|lookup) \d is back$/gm)).toHaveLength(2), {
    withinMs: startWithinMs,
  });
  for (const lookup of lookups) await allListed(lookup);
  await eventually(async () => expect(await inConsole()).toEqual(nodes.toSorted()), {
    withinMs: servedWithinMs,
  });
  const returned = nodes.find((http) => !living.includes(http))!;
  const since = await finished(returned);
  await eventually(async () => expect(await finished(returned)).toBeGreaterThan(since + 10), {
    withinMs: 20_000,
  });
}, 120_000);

test("[DC2] Ctrl-C ends the demo in order and leaves no process", async () => {
  await start();
  await eventually(() => expect(said).toMatch(/finished [1-9]/), { withinMs: startWithinMs });
  const family = descendants(demo.pid!);

  demo.kill("SIGINT");
  await eventually(() => expect(demo.exitCode).not.toBeNull(), { withinMs: endWithinMs });

  expect(demo.exitCode).toBe(0);
  expect(said.trimEnd()).toMatch(/Stopped\.$/);
  // Three nodes, two lookups, the console, Postgres, and who started them.
  expect(family.length).toBeGreaterThanOrEqual(8);
  expect(family.filter(isAlive)).toEqual([]);
}, 90_000);

test("[DC2] killed itself, the demo leaves no process either", async () => {
  await start();
  const family = descendants(demo.pid!);

  demo.kill("SIGKILL");

  await eventually(() => expect(family.filter(isAlive)).toEqual([]), { withinMs: endWithinMs });
}, 90_000);
