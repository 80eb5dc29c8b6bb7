import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../../db/client.ts";
import { insertAuditBatch, makeAuditPartitions } from "../../../db/queries/audit.ts";
import { ConsoleDatabase } from "../../daemon/console-database.ts";
import { AuditBatch } from "../../store/audit-batch.ts";
import { eventually } from "../../testing/eventually.ts";
import { type FreshDatabase, freshDatabase } from "../../testing/postgres.ts";
import { apiPaths, type EventsPage } from "../contract/index.ts";
import { TestConsole } from "../testing/test-console.ts";

let fresh: FreshDatabase;
let database: ConsoleDatabase;
const nowMs = Date.now();
const evil = `=cmd|'/c calc'!A1,"x"`;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = new ConsoleDatabase(fresh.url, "weir", () => {});
  database.start();
  await eventually(() => expect(database.status.state).toBe("up"), { withinMs: 20_000 });
  const batch = new AuditBatch(null);
  const client = { number: 1, clientId: evil, hostname: "job-1", remoteAddress: "10.0.0.1:5" };
  for (let seq = 0; seq < 250; seq++) {
    const atMs = nowMs - 60_000 + seq * 100;
    batch.add(1, { topicName: "orders", channelName: "" }, client, 70_000, seq, 1, 0, 0, atMs);
    if (seq % 50 === 0)
      batch.add(5, { topicName: "orders", channelName: "billing" }, client, 70_000, seq, 1, 3, 0, atMs + 5);
  }
  const sql = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 1 });
  const day = (offset: number) => new Date(nowMs + offset * 86_400_000).toISOString().slice(0, 10);
  await makeAuditPartitions(sql, [day(-1), day(0)]);
  let number = 0;
  for (const row of batch.rows())
    await insertAuditBatch(sql, "6b3c1f0a-0000-4000-8000-000000000001", { ...row, batch: number++ });
  await sql.end({ timeout: 1 });
});
afterAll(async () => {
  await database.stop();
  await fresh[Symbol.asyncDispose]();
});

const signedIn = async () =>
  (await TestConsole.start([], { stores: database.stores, database: () => database.status })).signIn();
const events = (query: string) => `${apiPaths.events}?${query}`;

test("[AS6] events are asked for by what an operator knows, page by page", async () => {
  await using weir = await signedIn();

  const timeouts = await weir.read<EventsPage>(events("topic=orders&event=TIMEOUT&attempts=%3E2&client=job"));
  const first = await weir.read<EventsPage>(events("event=PUB&from=now-1h"));
  const second = await weir.read<EventsPage>(events(`event=PUB&from=now-1h&cursor=${first.next}`));
  const third = await weir.read<EventsPage>(events(`event=PUB&from=now-1h&cursor=${second.next}`));

  expect(timeouts).toMatchObject({ stopped: "end", next: null });
  expect(timeouts.events.map(({ id, channel, attempts }) => [id, channel, attempts])).toEqual(
    [200, 150, 100, 50, 0].map((seq) => [`00011170${seq.toString(16).padStart(8, "0")}`, "billing", 3]),
  );
  expect(first.about).not.toBeNull();
  expect(first.sinceMs).toBeLessThanOrEqual(nowMs);
  const ids = [first, second, third].flatMap((page) => page.events.map(({ id }) => id));
  expect([first.events.length, second.events.length, third.next]).toEqual([100, 100, null]);
  expect(new Set(ids).size).toBe(250);
});

test.each([
  ["attempts=many", "attempts"],
  ["from=yesterday", "from"],
  ["from=now&to=now-1h", "from"],
  ["event=FIN,DROP%20TABLE", "event"],
  ["cursor=1", "cursor"],
  ["topic=a%20b", "topic"],
  ["body=x", "body"],
  ["topic=orders&body=%2F(%2F", "body"],
  ["limit=1000000", ""],
])("[AS7] %s is refused, and says what is wrong", async (query, place) => {
  await using weir = await signedIn();

  const response = await weir.get(events(query));

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "bad-request",
    message: expect.stringContaining(place),
  });
});

test("[AS8] a file has every event once, and nothing in it is a formula", async () => {
  await using weir = await signedIn();

  const csv = await weir.get(`${apiPaths.eventsFile}?format=csv&from=now-1h`);
  const ndjson = await weir.get(`${apiPaths.eventsFile}?format=ndjson&event=TIMEOUT&from=now-1h`);

  expect(csv.headers.get("content-disposition")).toMatch(/^attachment; filename="events-[\dT-]+\.csv"$/);
  expect(csv.headers.get("x-content-type-options")).toBe("nosniff");
  const lines = (await csv.text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 255);
  expect(lines[0]).toMatch(/^at,event,message_id,messages,topic,channel,/);
  expect(lines[1]).toContain(`"'=cmd|'/c calc'!A1,""x"""`);
  const rows = (await ndjson.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows.map(({ kind }) => kind)).toEqual(Array(5).fill("timeout"));
});

test("[AS9] of a flood of searches some wait and the rest are refused", async () => {
  await using weir = await signedIn();

  // While nobody can read the table no search ends.
  const holder = openPool(parseDatabaseUrl(fresh.url), { schema: "weir", name: "test", max: 1 });
  await holder`begin`;
  await holder`lock table audit_batches in access exclusive mode`;
  const statuses: number[] = [];
  const searches = Array.from({ length: 40 }, async () => {
    statuses.push((await weir.get(events("client=nobody"))).status);
  });
  await eventually(() => expect(statuses).toContain(429));
  await holder`rollback`;
  await holder.end({ timeout: 1 });
  await Promise.all(searches);

  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(18);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});
