import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import { startPostgres } from "../postgres/embedded.ts";
import { consumeAll, keepPublishing } from "../testing/durable-load.ts";
import { eventually } from "../testing/eventually.ts";
import { nodeExecutable, startNode } from "../testing/node.ts";

const weir = resolve(import.meta.dirname, "../../bin/weir.mjs");
const flags = { "durable-topics": "orders", "lease-ttl": "1s" };

/** A directory that every account may enter, as `weir up` makes its data path. */
function directory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "weir-backup-"));
  chmodSync(path, 0o711);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function run(...args: string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(nodeExecutable(), [weir, ...args], { encoding: "utf8" });
  return { code: status, said: stdout + stderr };
}

async function state(url: string): Promise<{ epochs: number[]; range: number }> {
  const sql = openPool(parseDatabaseUrl(url), { schema: "weir", name: "test", max: 1 });
  try {
    const nodes = await sql<{ epoch: number }[]>`select epoch from nodes`;
    const [row] = await sql<{ range: number }[]>`select coalesce(max(range), 0)::int as range from log_ranges
      where range < 32768`;
    return { epochs: nodes.map(({ epoch }) => epoch), range: row!.range };
  } finally {
    await sql.end();
  }
}

test("[RP11][RP12] a backup under load has what was acknowledged before it, for the nodes that begin on it", async () => {
  using before = directory();
  using after = directory();
  const file = join(after.path, "weir.tar");
  await using postgres = await startPostgres({ dataDir: join(before.path, "postgres") });
  await using node = await startNode(flags, { env: { DATABASE_URL: postgres.url } });
  await node.act("/topic/create?topic=orders");
  await node.act("/channel/create?topic=orders&channel=billing");
  const load = keepPublishing(() => node.tcpPort, "orders");
  await eventually(() => expect(load.acknowledged.size).toBeGreaterThan(2_000), { withinMs: 30_000 });

  const acknowledged = new Set(load.acknowledged);
  expect(run("backup", `--data-path=${before.path}`, `--to=${file}`)).toMatchObject({ code: 0 });
  const then = await state(postgres.url);
  await eventually(() => expect(load.acknowledged.size).toBeGreaterThan(acknowledged.size + 500));
  await load.stop();
  await node.kill();
  await postgres.kill9();

  const restored = run("restore", `--from=${file}`, `--data-path=${join(after.path, "new")}`);
  expect(restored).toMatchObject({ code: 0, said: expect.stringContaining("clusters: weir") });
  await using second = await startPostgres({ dataDir: join(after.path, "new", "postgres") });
  const now = await state(second.url);
  expect(Math.min(...now.epochs)).toBeGreaterThan(Math.max(...then.epochs) + 1_000);
  expect(now.range).toBeGreaterThan(then.range + 50);
  await using newcomer = await startNode(flags, { env: { DATABASE_URL: second.url } });
  await eventually(async () => expect(await newcomer.hasTopic("orders")).toBe(true), { withinMs: 40_000 });
  const { missing } = await consumeAll(newcomer.tcpPort, "orders", "billing", acknowledged);
  expect(missing).toBe(0);
});

test("[RP11][RP13] a stopped one is backed up too; what is cut off, foreign or in the way is refused", async () => {
  using place = directory();
  const at = (name: string) => join(place.path, name);
  await (await startPostgres({ dataDir: at("postgres") })).stop();

  expect(run("backup", `--data-path=${place.path}`, `--to=${at("weir.tar")}`)).toMatchObject({ code: 0 });
  const bytes = readFileSync(at("weir.tar"));
  const again = run("backup", `--data-path=${place.path}`, `--to=${at("weir.tar")}`);
  expect(again).toMatchObject({ code: 1, said: expect.stringContaining("is there already") });
  const none = run("backup", `--data-path=${at("nothing")}`, `--to=${at("other.tar")}`);
  expect(none).toMatchObject({ code: 1, said: expect.stringContaining("no Postgres") });
  const nowhere = run("backup", `--data-path=${place.path}`, `--to=${at("no/where.tar")}`);
  expect(nowhere).toMatchObject({ code: 1, said: expect.stringContaining("no directory") });
  expect(existsSync(at("nothing")) || existsSync(at("other.tar"))).toBe(false);

  const over = run("restore", `--from=${at("weir.tar")}`, `--data-path=${place.path}`);
  expect(over).toMatchObject({ code: 1, said: expect.stringContaining("already") });
  writeFileSync(at("half.tar"), bytes);
  truncateSync(at("half.tar"), Math.floor(bytes.length / 2));
  writeFileSync(at("foreign.tar"), "no archive");
  for (const name of ["half.tar", "foreign.tar", "missing.tar"]) {
    const refused = run("restore", `--from=${at(name)}`, `--data-path=${at("into")}`);
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining(name) });
    expect(existsSync(join(at("into"), "postgres", "data"))).toBe(false);
  }
  expect(run("restore", `--from=${at("weir.tar")}`, `--data-path=${at("into")}`)).toMatchObject({ code: 0 });
});
