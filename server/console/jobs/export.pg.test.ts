import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../../db/client.ts";
import { insertAuditBatch, makeAuditPartitions } from "../../../db/queries/audit.ts";
import { takeConsoleLease } from "../../../db/queries/console-leases.ts";
import { deleteOldFiles } from "../../../db/queries/job-files.ts";
import type { Sql } from "../../../db/statement.ts";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { AuditBatch } from "../../store/audit-batch.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { sightKey, system } from "../auth/authorize.ts";
import { apiPaths, type JobRow, type JobView, jobsShownMax, type Snapshot } from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";
import { exportEvents, fileText } from "./export.ts";
import { JobStore } from "./store.ts";

const eventsCount = 25_000;
const nowMs = Date.now();
const evil = `=cmd|'/c calc'!A1`;
let fresh: FreshDatabase;
let database: ConsoleDatabase;
let sql: Sql;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
  sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 2 });
  const day = (offset: number) => new Date(nowMs + offset * 86_400_000).toISOString().slice(0, 10);
  await makeAuditPartitions(sql, [day(-1), day(0)]);
  const client = { number: 1, clientId: evil, hostname: "job-1", remoteAddress: "10.0.0.1:5" };
  let [batch, number] = [new AuditBatch(null), 0];
  const write = async () => {
    for (const row of batch.rows())
      await insertAuditBatch(sql, "6b3c1f0a-0000-4000-8000-000000000001", { ...row, batch: number++ });
    batch = new AuditBatch(null);
  };
  for (let seq = 0; seq < eventsCount; seq++) {
    const place = { topicName: seq % 5 === 0 ? "shipping" : "orders", channelName: "" };
    batch.add(1, place, client, 70_000, seq, 1, 0, 0, nowMs - 600_000 + seq * 10);
    if (seq % 2_000 === 1_999) await write();
  }
  await write();
}, 60_000);
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await database.stop();
  await fresh[Symbol.asyncDispose]();
});

const signedIn = async () =>
  (await TestConsole.start([], { stores: database.stores, database: () => database.status })).signIn();
const body = (more: object) => ({ id: randomUUID(), kind: "export", ...more });

async function ended(page: TestConsole, id: string): Promise<JobView> {
  const read = async () => (await page.read<Snapshot<`job:${string}`>>(apiPaths.job(id))).data!;
  await eventually(async () => expect((await read()).job.endedAtMs).not.toBeNull(), { withinMs: 40_000 });
  return read();
}

test("[CJ6] a file of events is made by a job, has each once, and nothing in it is a formula", async () => {
  await using weir = await signedIn();
  const asked = body({ topic: "orders", export: { format: "csv", from: "now-1h" } });

  expect((await weir.post(apiPaths.jobs, asked)).status).toBe(202);
  const { job, exported } = await ended(weir, asked.id);
  const file = await weir.get(apiPaths.jobFile(asked.id));
  const lines = (await file.text()).trimEnd().split("\r\n");

  const count = (eventsCount / 5) * 4;
  expect(job).toMatchObject({ state: "succeeded", done: count, share: 1 });
  expect(exported).toMatchObject({ format: "csv", cut: null });
  expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename="events-[\dT-]+\.csv"$/);
  expect(lines).toHaveLength(1 + count);
  expect(new Set(lines).size).toBe(1 + count);
  expect(lines[1]).toContain(`'=cmd|'/c calc'!A1`);
  expect(lines.slice(1).every((line) => line.includes(",orders,"))).toBe(true);
}, 60_000);

test("[CJ6] a file is for those who see as much as who asked for it, and goes after its time", async () => {
  await using weir = await signedIn();
  const asked = body({ export: { format: "ndjson", from: "now-1h", to: "now-9m" } });
  await weir.post(apiPaths.jobs, asked);
  const { job } = await ended(weir, asked.id);
  const grant = { role: "viewer", topics: ["orders"], channels: ["*"], readsBodies: false };
  const made = await weir.post("/api/v1/users", { name: "kim", ...grant });
  expect(made.status).toBe(200);
  const { path } = (await made.json()) as { path: string };
  const opened = await fetch(weir.url + path, { redirect: "manual" });
  const headers = { cookie: opened.headers.getSetCookie()[0]!.split(";")[0]! };
  const fileOf = (more?: Record<string, string>) =>
    fetch(weir.url + apiPaths.jobFile(asked.id), { headers: { cookie: weir.cookie, ...more } });

  expect(job.file).toMatchObject({ bytes: expect.any(Number) });
  expect((await fileOf()).status).toBe(200);
  expect((await fileOf(headers)).status).toBe(404);
  const cancel = await weir.post(apiPaths.cancelJob(asked.id), {}, headers);
  expect(cancel.status, "what others asked for is an admin's to stop").toBe(403);
  const epoch = (await takeConsoleLease(sql, "test", randomUUID(), 60_000, 5_000))!;
  await deleteOldFiles(sql, { name: "test", epoch }, { keptMs: 60_000, filesMax: 0 });
  expect((await fileOf()).status).toBe(404);
  expect((await ended(weir, asked.id)).job.file).toBeNull();
}, 60_000);

async function viewerOfOrders(weir: TestConsole, name: string) {
  const grant = { role: "viewer", topics: ["orders"], channels: ["*"], readsBodies: false };
  const made = await weir.post("/api/v1/users", { name, ...grant });
  expect(made.status).toBe(200);
  const { path } = (await made.json()) as { path: string };
  const opened = await fetch(weir.url + path, { redirect: "manual" });
  return { cookie: opened.headers.getSetCookie()[0]!.split(";")[0]! };
}

test("[CJ5] a job is not shown to who asks for another under its id and does not see what it is about", async () => {
  await using weir = await signedIn();
  const theirs = body({ topic: "shipping", export: { format: "csv", from: "now-1m" } });
  await weir.post(apiPaths.jobs, theirs);
  const headers = await viewerOfOrders(weir, "lee");

  const answer = await weir.post(apiPaths.jobs, { ...theirs, topic: "orders" }, headers);

  expect(answer.status).toBe(404);
  expect(await answer.text()).not.toContain("shipping");
}, 60_000);

test("[CJ6] older jobs than no date can be of are not asked for", async () => {
  await using weir = await signedIn();

  expect((await weir.get(`${apiPaths.jobs}/older?before=${Date.now()}`)).status).toBe(200);
  expect((await weir.get(`${apiPaths.jobs}/older?before=8640000000000001`)).status).toBe(400);
}, 60_000);

test("[CJ5] older jobs are looked for behind more than a page of what is out of sight", async () => {
  await using weir = await signedIn();
  const headers = await viewerOfOrders(weir, "noa");
  const store = new JobStore((act) => act(sql));
  const insert = (topic: string) =>
    store.insert(
      {
        ...{ id: randomUUID(), kind: "requeue", topic, channel: "billing", node: null, params: {}, total: 0 },
        ...{ reason: null, actor: "weir", role: "system", address: null, requestId: "", undoOf: null },
      },
      [],
    );
  await insert("orders");
  for (let at = 0; at <= jobsShownMax; at++) await insert("shipping");

  const answer = await weir.get(`${apiPaths.jobs}/older?before=${Date.now() + 1_000}`, headers);

  expect(((await answer.json()) as JobRow[]).map(({ topic }) => topic)).toContain("orders");
}, 60_000);

test("[CJ6] another console goes on where one stopped, and a row stands in the file once", async () => {
  const store = new JobStore((act) => act(sql));
  const { traces } = database.stores;
  const id = randomUUID();
  const wanted = {
    ...{ topic: null, channel: null, kinds: [], client: "", attemptsMin: 0, attemptsMax: 65_535 },
    ...{ fromMs: nowMs - 3_600_000, toMs: nowMs },
  };
  const params = { export: { format: "csv", wanted, sight: sightKey(system) } };
  const job = { id, kind: "export", topic: null, channel: null, node: null, params, reason: null, total: 0 };
  const by = { actor: "weir", role: "system", address: null, requestId: "", undoOf: null };
  await store.insert({ ...job, ...by }, [{ node: "events.csv", step: "file", total: 0 }]);
  const run = async (stopAt: number) => {
    // It runs out at once, but is its holder's until the next one takes it.
    const epoch = (await takeConsoleLease(sql, "samples", randomUUID(), 0, 5_000))!;
    const stopping = new AbortController();
    const progress = {
      signal: stopping.signal,
      isCancelled: async () => false,
      moved: async (rows: number) => {
        if (rows >= stopAt) stopping.abort();
      },
    };
    const term = { name: "samples", epoch, signal: stopping.signal } as const;
    const { job: stored } = (await store.find(id))!;
    return exportEvents({ traces, store, term, job: stored, actor: system, progress });
  };

  await run(1);
  expect((await store.fileEnd(id))!.rows).toBe(10_000);
  const { state, done } = await run(Number.POSITIVE_INFINITY);
  const chunks: Buffer[] = [];
  for await (const chunk of fileText(store, id)) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().trimEnd().split("\r\n");

  expect([state, done]).toEqual(["done", eventsCount]);
  expect(lines).toHaveLength(1 + eventsCount);
  expect(new Set(lines).size).toBe(1 + eventsCount);
}, 60_000);
