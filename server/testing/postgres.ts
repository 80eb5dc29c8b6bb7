import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { inject } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "../postgres/embedded.ts";

/** An empty database of the run's shared server. */
export interface FreshDatabase {
  /** As `DATABASE_URL` would have it. */
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a database that no other test file sees; takes some 30 ms. Only in `x.pg.test.ts`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = new URL(inject("postgresUrl"));
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await asAdmin(server, (sql) => sql`create database ${sql(name)}`);

  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await asAdmin(server, (sql) => sql`drop database ${sql(name)} with (force)`);
    },
  };
}

async function asAdmin(server: URL, act: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const host = server.searchParams.get("host")!;
  const sql = postgres({ host, user: server.username, database: "postgres", max: 1, fetch_types: false });
  try {
    await act(sql);
  } finally {
    await sql.end();
  }
}

/** A server of a test's own, to be killed and started again; fsync is on. */
export interface OwnPostgres {
  readonly url: string;
  /** As a crash does. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
  /** On the same data, at the same address. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server that only this test uses; takes about a second. */
export async function ownPostgres(settings: Readonly<Record<string, string>> = {}): Promise<OwnPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), "weir-test-"));
  let running: EmbeddedPostgres | null = await startPostgres({ dataDir, settings });
  const { url } = running;
  const end = async (how: "kill9" | "stop") => {
    await running?.[how]();
    running = null;
  };
  return {
    url,
    kill9: () => end("kill9"),
    stop: () => end("stop"),
    async start() {
      running = await startPostgres({ dataDir, settings });
    },
    async [Symbol.asyncDispose]() {
      await end("stop");
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
