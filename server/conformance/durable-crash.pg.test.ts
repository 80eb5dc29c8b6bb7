import { expect, test } from "vitest";
import { openPool, parseDatabaseUrl } from "../../db/client.ts";
import { connect, subscribe } from "../testing/client.ts";
import { eventually } from "../testing/eventually.ts";
import { startNode, type TestNode } from "../testing/node.ts";
import { freshDatabase, ownPostgres } from "../testing/postgres.ts";

const flags = { "durable-topics": "orders", "lease-ttl": "2s", "accept-loss": true };
/** What is written down is 100 ms old at most; the machine may be slow to run the process at all. */
const behindMs = 250;

async function durableNode(databaseUrl: string): Promise<TestNode> {
  return startNode(flags, { env: { DATABASE_URL: databaseUrl } });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function publish(node: TestNode, from: number, count: number): Promise<void> {
  await using producer = await connect(node.tcpPort);
  producer.mpub(
    "orders",
    Array.from({ length: count }, (_, i) => String(from + i)),
  );
  await producer.expectOk();
}

async function owed(node: TestNode, channel: string): Promise<number> {
  const { depth, deferred_count } = await node.channel("orders", channel);
  return depth + deferred_count;
}

test("[PR1] after kill -9 nothing confirmed is lost, what was finished does not come again, attempts go on", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  const finished = new Set<string>();
  const attempts = new Map<string, number>();
  await node.act("/topic/create?topic=orders");
  await node.act("/channel/create?topic=orders&channel=billing");

  for (let life = 0; life < 3; life++) {
    await publish(node, life * 1_000, 1_000);
    await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 200 });
    for (let n = 0; n < 600; n++) {
      const { id, body, attempts: times } = await consumer.nextMessage();
      const key = body.toString();
      expect(finished, `finished before the kill: ${key}`).not.toContain(key);
      expect(times, key).toBeGreaterThan(attempts.get(key) ?? 0);
      attempts.set(key, times);
      if (n % 10 === 9) consumer.req(id, 0);
      else if (n % 10 !== 8) {
        consumer.fin(id);
        finished.add(key);
      }
    }
    await pause(behindMs);
    await node.kill();
    await node.start();
  }

  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 200 });
  while (finished.size < 3_000) {
    const { id, body, attempts: times } = await consumer.nextMessage();
    expect(finished).not.toContain(body.toString());
    expect(times).toBeGreaterThan(attempts.get(body.toString()) ?? 0);
    finished.add(body.toString());
    consumer.fin(id);
  }
  await eventually(async () =>
    expect(await node.channel("orders", "billing")).toMatchObject({ depth: 0, in_flight_count: 0 }),
  );
}, 60_000);

test("[PR4] a kill at any moment loses nothing confirmed, also of a channel made just before", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  for (let life = 0; life < 3; life++) {
    await using consumer = await subscribe(node.tcpPort, "orders", `channel${life}`, { rdy: 0 });
    await publish(node, life * 100, 100);
    await node.kill();
    await node.start();
    void consumer;
  }

  for (let life = 0; life < 3; life++) {
    await using consumer = await subscribe(node.tcpPort, "orders", `channel${life}`, { rdy: 100 });
    // What had not left its topic when the node died, because the topic was new, goes to later channels, too.
    const owed = new Set(Array.from({ length: (3 - life) * 100 }, (_, index) => `${life * 100 + index}`));
    while (owed.size > 0) {
      const { id, body } = await consumer.nextMessage();
      owed.delete(body.toString());
      consumer.fin(id);
    }
  }
}, 60_000);

test("[SH1] what is published for later is there after kill -9: not before it is due, once, on every channel", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  for (const channel of ["a", "b"]) {
    if (channel === "a") await node.act("/topic/create?topic=orders");
    await node.act(`/channel/create?topic=orders&channel=${channel}`);
  }
  await publish(node, 0, 1);
  for (const channel of ["a", "b"]) {
    await using consumer = await subscribe(node.tcpPort, "orders", channel, { rdy: 10 });
    consumer.fin((await consumer.nextMessage()).id);
  }
  await pause(behindMs);
  const startedMs = Date.now();
  {
    await using producer = await connect(node.tcpPort);
    for (const delayMs of [3_000, 14_000, 1_000_000]) {
      producer.dpub("orders", delayMs, `${delayMs}`);
      await producer.expectOk();
    }
    expect((await node.post("/pub?topic=orders&defer=3500", "3500")).status).toBe(200);
  }
  await node.kill();
  await node.start();
  await eventually(async () => expect(await owed(node, "a")).toBe(4), { withinMs: 10_000 });

  for (const channel of ["a", "b"]) {
    await using consumer = await subscribe(node.tcpPort, "orders", channel, { rdy: 10 });
    for (const due of [3_000, 3_500, 14_000]) {
      const { id, body, attempts } = await consumer.nextMessage({ withinMs: 20_000 });
      expect(`${body} ${attempts}`).toBe(`${due} 1`);
      expect(Date.now() - startedMs).toBeGreaterThanOrEqual(due);
      consumer.fin(id);
    }
  }
  await pause(behindMs);
  await node.kill();
  await node.start();

  for (const channel of ["a", "b"])
    await eventually(async () => expect(await owed(node, channel)).toBe(1), { withinMs: 10_000 });
}, 60_000);

test("[PR1] after a clean stop nothing that was finished comes again, and attempts go on", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  const finished = new Set<string>();
  await publish(node, 0, 300);
  {
    await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 300 });
    for (let n = 0; n < 200; n++) {
      const { id, body } = await consumer.nextMessage();
      if (n % 4 === 3) continue;
      consumer.fin(id);
      finished.add(body.toString());
    }
    await eventually(async () => expect((await node.channel("orders", "billing")).in_flight_count).toBe(150));
  }
  await node.restart();

  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 300 });
  while (finished.size < 300) {
    const { id, body, attempts } = await consumer.nextMessage();
    expect(finished).not.toContain(body.toString());
    expect(attempts).toBe(2);
    finished.add(body.toString());
    consumer.fin(id);
  }
}, 30_000);

test.each([
  "/channel/empty?topic=orders&channel=a",
  "/channel/delete?topic=orders&channel=a",
  "/topic/delete?topic=orders",
])(
  "[SH2] what is deferred goes with %s, also what only the schedule has",
  async (act) => {
    await using database = await freshDatabase();
    await using node = await durableNode(database.url);
    await node.act("/topic/create?topic=orders");
    for (const channel of ["a", "b"]) await node.act(`/channel/create?topic=orders&channel=${channel}`);
    // A topic that was just made is held until it is known which channels it should have.
    await publish(node, 0, 1);
    await eventually(async () => expect(await node.channel("orders", "b")).toMatchObject({ depth: 1 }));
    await using producer = await connect(node.tcpPort);
    for (const delayMs of [5_000, 1_000_000]) {
      producer.dpub("orders", delayMs, "x");
      await producer.expectOk();
    }

    await node.act(act);

    const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 1 });
    await using _ = { [Symbol.asyncDispose]: () => sql.end() };
    const left = act.startsWith("/topic") ? [] : ["b", "b"];
    await eventually(async () =>
      expect((await sql`select channel from scheduled`).map((row) => row["channel"])).toEqual(left),
    );
  },
  30_000,
);

test("[SH3] what is requeued for long leaves its log to be forgotten, and is there after kill -9", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  await publish(node, 0, 100);
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 100 });
  for (let n = 0; n < 100; n++) {
    const { id } = await consumer.nextMessage();
    if (n < 3) consumer.req(id, [3_600_000, 16_000, 2_000][n]!);
    else consumer.fin(id);
  }
  const requeuedMs = Date.now();
  const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 1 });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  await eventually(async () => {
    expect(await sql`select seq, attempts, why from scheduled order by seq`).toMatchObject([
      { seq: 0, attempts: 1, why: "requeue" },
      { seq: 1, attempts: 1, why: "requeue" },
    ]);
    expect(await node.channel("orders", "billing")).toMatchObject({ deferred_count: 3 });
  });
  await pause(behindMs);
  await node.kill();
  await node.start();

  await using again = await subscribe(node.tcpPort, "orders", "billing", { rdy: 100 });
  for (const [body, delayMs] of [
    ["2", 2_000],
    ["1", 16_000],
  ] as const) {
    const message = await again.nextMessage({ withinMs: 25_000 });
    expect(`${message.body} ${message.attempts}`).toBe(`${body} 2`);
    expect(Date.now() - requeuedMs).toBeGreaterThanOrEqual(delayMs - 100);
    again.fin(message.id);
  }
  await eventually(
    async () => {
      expect((await sql`select seq from scheduled`).map((row) => row["seq"])).toEqual([0]);
      // Nobody is owed anything else of it.
      expect(await sql`select from blocks`).toHaveLength(0);
      expect(await node.channel("orders", "billing")).toMatchObject({
        deferred_count: 1,
        in_flight_count: 0,
      });
    },
    { withinMs: 15_000 },
  );
}, 60_000);

test("[SH1] what was deferred at a node that died comes from the one that takes over", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  await using other = await durableNode(database.url);
  await publish(node, 0, 10);
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 10 });
  for (let n = 0; n < 10; n++) {
    const { id } = await consumer.nextMessage();
    if (n < 2) consumer.req(id, [20_000, 1_000][n]!);
    else consumer.fin(id);
  }
  await using producer = await connect(node.tcpPort);
  for (const delayMs of [2_000, 18_000]) {
    producer.dpub("orders", delayMs, `deferred ${delayMs}`);
    await producer.expectOk();
  }
  await pause(behindMs);
  await node.kill();

  await eventually(async () => expect(await other.hasTopic("orders")).toBe(true), { withinMs: 15_000 });
  await using heir = await subscribe(other.tcpPort, "orders", "billing", { rdy: 10 });
  const seen: string[] = [];
  while (seen.length < 4) {
    const { id, body, attempts } = await heir.nextMessage({ withinMs: 25_000 });
    seen.push(`${body} ${attempts}`);
    heir.fin(id);
  }
  expect(seen.slice(0, 2).sort()).toEqual(["1 2", "deferred 2000 1"]);
  expect(seen.slice(2)).toEqual(["deferred 18000 1", "0 2"]);
}, 60_000);

test("[SH2] a deferred publish to a topic without a channel waits for the first", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  expect((await node.post("/pub?topic=orders&defer=1000", "x")).status).toBe(200);
  await node.kill();
  await node.start();

  await using consumer = await subscribe(node.tcpPort, "orders", "first", { rdy: 10 });
  const { id, body } = await consumer.nextMessage({ withinMs: 15_000 });
  expect(body.toString()).toBe("x");
  consumer.fin(id);
  await pause(behindMs);
  await node.kill();
  await node.start();

  await publish(node, 1, 1);
  await using again = await subscribe(node.tcpPort, "orders", "first", { rdy: 10 });
  expect((await again.nextMessage({ withinMs: 15_000 })).body.toString()).toBe("1");
}, 60_000);

test("[PR7] a stop while Postgres is away loses nothing confirmed, though publishes were under way", async () => {
  await using postgres = await ownPostgres();
  await using node = await durableNode(postgres.url);
  await publish(node, 0, 300);
  {
    await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 200 });
    for (let n = 0; n < 200; n++) {
      const { id } = await consumer.nextMessage();
      if (n % 4 === 1) consumer.req(id, 2_000);
      else if (n % 4 !== 0) consumer.fin(id);
    }
    await pause(behindMs);
    await postgres.kill9();
    // Never confirmed: their log has something that Postgres has not.
    await using producer = await connect(node.tcpPort);
    producer.mpub("orders", ["unconfirmed", "too"]);
    await eventually(async () => expect(await node.topic("orders")).toMatchObject({ message_count: 302 }));
    await node.stop();
  }
  await postgres.start();
  await node.start();

  const owed = new Set<string>();
  for (let n = 0; n < 300; n++) if (n >= 200 || n % 4 < 2) owed.add(String(n));
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 50 });
  while (owed.size > 0) {
    const { id, body } = await consumer.nextMessage({ withinMs: 20_000 });
    owed.delete(body.toString());
    consumer.fin(id);
  }
  expect(node.stderr).not.toContain("not in the store");
}, 60_000);

test("[PR8] what was finished while Postgres was away does not come again after a clean stop", async () => {
  await using postgres = await ownPostgres();
  await using node = await durableNode(postgres.url);
  await publish(node, 0, 300);
  const finished = new Set<string>();
  {
    await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 200 });
    await consumer.nextMessage();
    await pause(behindMs);
    await postgres.kill9();
    for (let n = 1; n < 200; n++) {
      const { id, body } = await consumer.nextMessage();
      consumer.fin(id);
      finished.add(body.toString());
    }
    await eventually(async () =>
      expect(await node.channel("orders", "billing")).toMatchObject({ in_flight_count: 101 }),
    );
    await node.stop();
  }
  await postgres.start();
  await node.start();

  const came = new Set<string>();
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 50 });
  while (came.size < 101) {
    const { id, body } = await consumer.nextMessage({ withinMs: 20_000 });
    came.add(body.toString());
    consumer.fin(id);
  }
  expect([...came].filter((body) => finished.has(body))).toEqual([]);
  await eventually(async () =>
    expect(await node.channel("orders", "billing")).toMatchObject({ depth: 0, in_flight_count: 0 }),
  );
}, 60_000);

test("[PR3] a node in which nothing happens writes no progress", async () => {
  await using database = await freshDatabase();
  await using node = await durableNode(database.url);
  await using consumer = await subscribe(node.tcpPort, "orders", "billing", { rdy: 10 });
  await publish(node, 0, 10);
  for (let n = 0; n < 10; n++) consumer.fin((await consumer.nextMessage()).id);
  const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 1 });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  const flushes = async () => (await sql`select flush from progress_flushes`).length;
  let before = -1;
  await eventually(async () => {
    const now = await flushes();
    const isQuiet = now === before;
    before = now;
    await pause(300);
    expect(isQuiet).toBe(true);
  });

  await pause(500);
  expect(await flushes()).toBe(before);
}, 30_000);
