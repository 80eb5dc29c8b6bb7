import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openPool, parseDatabaseUrl, type Sql } from "../../db/client.ts";
import { type AuditEvent, traceMessage } from "../../db/queries/audit.ts";
import { upsertAuditDays } from "../../db/queries/audit-days.ts";
import { AuditRing, auditKinds } from "../broker/audit-ring.ts";
import type { ClientIdentity } from "../broker/ports.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";
import { type AuditPolicy, type NodeStore, openNodeStore } from "./node-store.ts";
import { silent } from "./test-log.ts";

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "weir-store-"));
  made.push(path);
  return path;
}

function open(
  dataPath: string,
  databaseUrl: string,
  audit: AuditPolicy = "all",
  spoolBytesMax = 1e8,
): Promise<NodeStore> {
  const bounds = { auditSpoolBytesMax: spoolBytesMax, auditRetentionDays: 2 };
  return openNodeStore({ dataPath, databaseUrl, cluster: "weir", log: silent, audit, ...bounds });
}

async function reading<T>(url: string, act: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(parseDatabaseUrl(url), {
    schema: "weir",
    name: "test",
    max: 1,
    statementTimeoutMs: 5000,
  });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const topic = { topicName: "orders", channelName: "" };
const billing = { topicName: "orders", channelName: "billing" };
const mail = { topicName: "orders", channelName: "mail" };
const producer: ClientIdentity = {
  number: 1,
  clientId: "shop",
  hostname: "web-1",
  remoteAddress: "10.0.0.1:5",
};
const worker: ClientIdentity = {
  number: 2,
  clientId: "bill\0er",
  hostname: "job-1",
  remoteAddress: "10.0.0.2:6",
};
const log = 70_000;
const idOf = (seq: number) => log.toString(16).padStart(8, "0") + seq.toString(16).padStart(8, "0");

/** One message in two channels: twice delivered in one of them. */
function life(ring: AuditRing, seq: number, at: number): void {
  ring.record(auditKinds.publish, topic, producer, log, seq, 1, 0, 0, at);
  ring.record(auditKinds.deliver, billing, worker, log, seq, 1, 1, 0, at + 1);
  ring.record(auditKinds.requeue, billing, worker, log, seq, 1, 1, 90_000, at + 5);
  ring.record(auditKinds.deliver, billing, worker, log, seq, 1, 2, 0, at + 10);
  ring.record(auditKinds.timeout, billing, null, log, seq, 1, 2, 0, at + 20);
  ring.record(auditKinds.deliver, mail, worker, log, seq, 1, 1, 0, at + 21);
  ring.record(auditKinds.finish, mail, worker, log, seq, 1, 1, 0, at + 22);
}

const told = (events: readonly AuditEvent[]) =>
  events.map((event) => [
    event.event,
    event.channel,
    event.attempts,
    event.delayMs,
    event.client?.hostname ?? null,
  ]);

const lifeTold = [
  ["publish", "", 0, 0, "web-1"],
  ["deliver", "billing", 1, 0, "job-1"],
  ["requeue", "billing", 1, 90_000, "job-1"],
  ["deliver", "billing", 2, 0, "job-1"],
  ["timeout", "billing", 2, 0, null],
  ["deliver", "mail", 1, 0, "job-1"],
  ["finish", "mail", 1, 0, "job-1"],
];

test("[SA5] the life of a message is found by its id within a second, in order, in one channel if one likes", async () => {
  await using database = await freshDatabase();
  const store = await open(newDirectory(), database.url);
  await expect.poll(() => store.status().state).toBe("up");
  const ring = new AuditRing();
  store.attachAudit(ring);
  const now = Date.now();
  life(ring, 5, now);
  const recorded = performance.now();

  await reading(database.url, async (sql) => {
    await expect
      .poll(async () => told(await traceMessage(sql, idOf(5))), { timeout: 5000, interval: 20 })
      .toEqual(lifeTold);
    expect(performance.now() - recorded).toBeLessThan(2000);
    const [first] = await traceMessage(sql, idOf(5));
    expect(first).toMatchObject({
      atMs: now,
      messageId: idOf(5),
      topic: "orders",
      nodeId: store.identity,
    });
    expect(first!.client).toEqual({ number: 1, clientId: "shop", hostname: "web-1", address: "10.0.0.1:5" });
    expect(told(await traceMessage(sql, idOf(5), { channel: "mail" }))).toEqual(
      lifeTold.filter((one) => one[1] !== "billing"),
    );
    for (const unknown of [idOf(6), "x", "0".repeat(15), `${idOf(5)}0`, "' or 1=1 --     "]) {
      expect(await traceMessage(sql, unknown)).toEqual([]);
    }
  });
  expect(store.status()).toMatchObject({ auditEvents: 7, auditGaps: 0, auditLagMs: 0 });
  await store.close({ deadlineMs: 1000 });
});

test("[SA6] SQL tells the same as we do, of busy and of quiet logs, in a trace and one by one", async () => {
  await using database = await freshDatabase();
  const store = await open(newDirectory(), database.url);
  await expect.poll(() => store.status().state).toBe("up");
  const ring = new AuditRing();
  store.attachAudit(ring);
  const now = Date.now();
  ring.record(auditKinds.publish, topic, producer, log, 0, 2000, 0, 0, now);
  for (let seq = 0; seq < 2000; seq++) {
    ring.record(auditKinds.deliver, billing, worker, log, seq, 1, 1, 0, now + (seq >> 4));
    if (seq % 7 !== 0)
      ring.record(auditKinds.finish, billing, worker, log, seq, 1, 1, 0, now + 1 + (seq >> 4));
    else ring.record(auditKinds.requeue, billing, worker, log, 1999 - seq, 1, 1, seq, now + 1 + (seq >> 4));
    if (seq < 300)
      ring.record(
        auditKinds.publish,
        mail,
        seq % 2 ? producer : null,
        80_000 + seq,
        4_000_000 * seq,
        2,
        0,
        0,
        now - seq,
      );
  }
  ring.record(auditKinds.finish, billing, worker, log, 2_000_000_000, 1, 3, 0, now + 500);

  await reading(database.url, async (sql) => {
    await expect.poll(() => store.status().auditEvents, { timeout: 10_000 }).toBe(2000 * 3 + 600 + 1);
    const rows = await sql`select log_id, seq_min, seq_max, events from audit_batches order by log_id`;
    expect(rows.filter((row) => row["log_id"] !== null).length).toBeGreaterThan(0);
    expect(rows.filter((row) => row["log_id"] === null).length).toBeGreaterThan(0);

    const all =
      await sql`select at, event, message_id, topic, channel, attempts, delay_ms, client_number, client_id, hostname, address, node_id from audit_events`;
    expect(all).toHaveLength(2000 * 3 + 600 + 1);
    for (const messageId of [
      idOf(0),
      idOf(1),
      idOf(1999),
      idOf(2_000_000_000),
      "00013880000000007".slice(0, 16),
      "000138fc1d9eb902",
    ]) {
      const ours = (await traceMessage(sql, messageId)).map((event) => ({
        ...{ at: new Date(event.atMs), event: event.event, message_id: event.messageId, topic: event.topic },
        ...{
          channel: event.channel,
          attempts: event.attempts,
          delay_ms: event.delayMs,
          node_id: event.nodeId,
        },
        ...{ client_number: event.client?.number ?? null, client_id: event.client?.clientId ?? null },
        ...{ hostname: event.client?.hostname ?? null, address: event.client?.address ?? null },
      }));
      const traced =
        await sql`select at, event, message_id, topic, channel, attempts, delay_ms, client_number, client_id, hostname, address, node_id from audit_trace(${messageId})`;
      expect(ours, messageId).toEqual([...traced]);
      expect(all.filter((row) => row["message_id"] === messageId)).toHaveLength(ours.length);
    }
    expect((await traceMessage(sql, idOf(2_000_000_000))).map((event) => event.attempts)).toEqual([3]);
  });
  await store.close({ deadlineMs: 1000 });
});

test("[SA8] while Postgres is away events wait on disk, also over a stop, and follow when it is back", async () => {
  await using server = await ownPostgres();
  const dataPath = newDirectory();
  const first = await open(dataPath, server.url);
  await expect.poll(() => first.status().state).toBe("up");
  const ring = new AuditRing();
  first.attachAudit(ring);
  await server.kill9();
  await expect.poll(() => first.status().state).toBe("down");
  const now = Date.now();
  life(ring, 5, now);
  await expect.poll(() => first.status().auditLagMs).toBeGreaterThan(100);
  await first.close({ deadlineMs: 500 });
  expect(readdirSync(join(dataPath, "audit"))).toHaveLength(1);

  const second = await open(dataPath, server.url);
  second.attachAudit(new AuditRing());
  await server.start();

  await expect.poll(() => second.status().auditEvents, { timeout: 15_000 }).toBe(7);
  expect(told(await reading(server.url, (sql) => traceMessage(sql, idOf(5))))).toEqual(lifeTold);
  await expect.poll(() => readdirSync(join(dataPath, "audit"))).toEqual([]);
  expect(second.status().auditLagMs).toBe(0);
  await second.close({ deadlineMs: 500 });
});

test("[SA9] what finds no room is counted, and the gap is itself in the audit", async () => {
  await using server = await ownPostgres();
  const dataPath = newDirectory();
  const store = await open(dataPath, server.url, "all", 0);
  await expect.poll(() => store.status().state).toBe("up");
  const ring = new AuditRing(16);
  await server.kill9();
  await expect.poll(() => store.status().state).toBe("down");
  for (let seq = 0; seq < 40; seq++)
    ring.record(auditKinds.finish, billing, worker, log, seq * 2, 1, 1, 0, Date.now());
  store.attachAudit(ring);
  await expect.poll(() => store.status().auditGaps, { timeout: 5000 }).toBe(40);
  expect(existsSync(join(dataPath, "audit"))).toBe(false);
  await server.start();

  const gaps = () => reading(server.url, (sql) => sql`select event, lost from audit_events`);
  await expect
    .poll(async () => (await gaps().catch(() => [])).reduce((sum, row) => sum + Number(row["lost"]), 0), {
      timeout: 15_000,
    })
    .toBe(40);
  expect(new Set((await gaps()).map((row) => row["event"]))).toEqual(new Set(["gap"]));
  const reasons = await reading(
    server.url,
    (sql) => sql`select g->>3 as reason from audit_batches, jsonb_array_elements(directory->'gaps') g`,
  );
  expect(reasons.filter((row) => !row["reason"])).toEqual([]);
  await store.close({ deadlineMs: 500 });
});

test("[SA10] --audit=ack keeps FIN, REQ and timeouts, off keeps nothing, and neither lets the ring fill", async () => {
  await using database = await freshDatabase();
  for (const [policy, kept] of [
    ["ack", ["requeue", "timeout", "finish"]],
    ["off", []],
  ] as const) {
    const store = await open(newDirectory(), database.url, policy);
    await expect.poll(() => store.status().state).toBe("up");
    const ring = new AuditRing(16);
    store.attachAudit(ring);
    life(ring, policy === "ack" ? 1 : 2, Date.now());
    await expect.poll(() => ring.waiting).toBe(0);
    await store.close({ deadlineMs: 1000 });

    const events = await reading(database.url, (sql) => traceMessage(sql, idOf(policy === "ack" ? 1 : 2)));
    expect(events.map((event) => event.event)).toEqual(kept);
  }
});

test("[SA11] days are made ahead, an event of another day makes its own, old ones are dropped, as many as operators say", async () => {
  await using database = await freshDatabase();
  const dataPath = newDirectory();
  const first = await open(dataPath, database.url);
  await expect.poll(() => first.status().state).toBe("up");
  const ring = new AuditRing();
  first.attachAudit(ring);
  const ago = (days: number) => Date.now() - days * 86_400_000;
  life(ring, 1, ago(20));
  await expect.poll(() => first.status().auditEvents, { timeout: 5000 }).toBe(7);
  life(ring, 2, ago(10));
  await expect.poll(() => first.status().auditEvents, { timeout: 5000 }).toBe(14);
  await first.close({ deadlineMs: 1000 });
  const days = () =>
    reading(database.url, async (sql) =>
      (await sql`select relname from pg_class where relname ~ '^audit_batches_[0-9]{8}$' order by 1`).map(
        (row) => row["relname"].slice(-8),
      ),
    );
  const nameOf = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll("-", "");
  expect(await days()).toHaveLength(7);

  await reading(database.url, (sql) => upsertAuditDays(sql, 15));
  const second = await open(dataPath, database.url);
  await expect.poll(days).toHaveLength(6);
  expect((await days())[0]).toBe(nameOf(ago(10)));
  await second.close({ deadlineMs: 1000 });

  await reading(database.url, (sql) => upsertAuditDays(sql, 2));
  const third = await open(dataPath, database.url);
  await expect.poll(days).toHaveLength(5);
  expect((await days())[0]).toBe(nameOf(ago(1)));
  await third.close({ deadlineMs: 1000 });
});

test("[SA12] an event tells the epoch that its node had", async () => {
  await using database = await freshDatabase();
  const store = await open(newDirectory(), database.url);
  await expect.poll(() => store.status().state).toBe("up");
  const ring = new AuditRing();
  store.attachAudit(ring);
  let seq = 0;

  await reading(database.url, async (sql) => {
    for (const epoch of [4, 5]) {
      store.lease = { epoch, mayCommit: () => true, fenced: () => {} };
      const next = async () => {
        const id = idOf(++seq);
        ring.record(auditKinds.publish, topic, producer, log, seq, 1, 0, 0, Date.now());
        const told = () => traceMessage(sql, id);
        await expect.poll(told, { timeout: 5000, interval: 20 }).toHaveLength(1);
        return (await told())[0]!.epoch;
      };
      await expect.poll(next, { timeout: 10_000 }).toBe(epoch);
    }
  });
  await store.close({ deadlineMs: 1000 });
});
