import { expect, test } from "vitest";
import { AuditBatch } from "../../server/store/audit-batch.ts";
import { freshDatabase } from "../../server/testing/postgres.ts";
import { openPool, parseDatabaseUrl, type Sql } from "../client.ts";
import { migrate } from "../migrate.ts";
import { insertAuditBatch, makeAuditPartitions, traceMessage } from "./audit.ts";
import { estimateEvents } from "./audit-estimate.ts";
import type { EventFilter } from "./audit-filter.ts";
import { type FoundEvent, type Position, readPosition, writePosition } from "./audit-order.ts";
import { searchAudit } from "./audit-search.ts";

const startMs = Date.UTC(2026, 4, 3, 23, 59, 50);
const nodeId = "6b3c1f0a-0000-4000-8000-000000000001";
const everything: EventFilter = {
  ...{ topic: null, channel: null, kinds: [], client: "" },
  ...{ attemptsMin: 0, attemptsMax: 65_535, fromMs: startMs - 60_000, toMs: startMs + 60_000 },
  sees: () => true,
};

interface Written {
  readonly kind: number;
  readonly topic: string;
  readonly channel: string;
  readonly seq: number;
  readonly attempts: number;
  readonly atMs: number;
  readonly host: string;
}

/** Some twenty seconds of three topics over midnight, in rows that overlap in time. */
async function written(sql: Sql): Promise<Written[]> {
  await migrate(sql, "weir");
  await makeAuditPartitions(sql, ["2026-05-03", "2026-05-04"]);
  const places = ["orders", "orders/billing", "orders/mail", "mail/orders", "quiet/c"].map((path) => {
    const [topicName, channelName = ""] = path.split("/") as [string, string?];
    return { topicName, channelName };
  });
  const clients = ["web-1", "job-1", "job-2"].map((hostname, i) => ({
    ...{ number: i + 1, clientId: `c${i}`, hostname, remoteAddress: `10.0.0.${i}:5` },
  }));
  const all: Written[] = [];
  let seed = 7;
  const random = (most: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % most;
  };
  for (let row = 0; row < 40; row++) {
    const batch = new AuditBatch(null);
    for (let i = 0; i < 60; i++) {
      const place = places[random(row < 39 ? 4 : 5)]!;
      const client = clients[random(3)]!;
      const kind = place.channelName === "" ? 1 : 2 + random(4);
      const attempts = kind === 1 ? 0 : 1 + random(4);
      const atMs = startMs + row * 500 + random(1_500);
      const seq = row * 60 + i;
      batch.add(kind, place, client, 70_000 + places.indexOf(place), seq, 1, attempts, 0, atMs);
      const { topicName: topic, channelName: channel } = place;
      all.push({ kind, topic, channel, seq, attempts, atMs, host: client.hostname });
    }
    if (row === 20) batch.addGap([1, 17, startMs + row * 500, "no room"]);
    let number = row * 100;
    for (const made of batch.rows()) await insertAuditBatch(sql, nodeId, { ...made, batch: number++ });
  }
  return all;
}

async function searching<T>(act: (sql: Sql, all: Written[]) => Promise<T>): Promise<T> {
  await using database = await freshDatabase();
  const sql = openPool(parseDatabaseUrl(database.url), { schema: "weir", name: "test", max: 2 });
  try {
    return await act(sql, await written(sql));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function pages(sql: Sql, filter: EventFilter, limit: number): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  let position: Position | null = null;
  for (let page = 0; page < 1_000; page++) {
    const answer = await searchAudit(sql, filter, { limit, position, deadlineMs: 5_000 });
    expect(answer.events.length).toBeLessThanOrEqual(limit);
    found.push(...answer.events);
    if (answer.next === null) return found;
    position = readPosition(writePosition(answer.next));
  }
  throw new Error("the pages do not end");
}

const plain = (events: readonly (Written | FoundEvent)[]) =>
  events
    .map(({ kind, topic, channel, seq, attempts, atMs }) =>
      [atMs, topic, channel, kind, attempts, seq].join(),
    )
    .sort();

test("[AS1] whatever is asked for, the pages together have what was recorded, once, newest first", async () => {
  await searching(async (sql, all) => {
    const asked: [Partial<EventFilter>, (event: Written) => boolean][] = [
      [{}, () => true],
      [{ topic: "orders" }, ({ topic }) => topic === "orders"],
      [
        { topic: "orders", channel: "mail" },
        ({ topic, channel }) => topic === "orders" && channel === "mail",
      ],
      [{ channel: "orders" }, ({ channel }) => channel === "orders"],
      [{ topic: "quiet" }, ({ topic }) => topic === "quiet"],
      [{ kinds: [4, 5] }, ({ kind }) => kind === 4 || kind === 5],
      [{ kinds: [5], attemptsMin: 3 }, ({ kind, attempts }) => kind === 5 && attempts >= 3],
      [{ client: "job-2" }, ({ host }) => host === "job-2"],
      [{ client: "job" }, ({ host }) => host !== "web-1"],
      [
        { fromMs: startMs + 5_000, toMs: startMs + 9_000 },
        ({ atMs }) => atMs >= startMs + 5_000 && atMs <= startMs + 9_000,
      ],
      [{ sees: (topic) => topic === "mail" }, ({ topic }) => topic === "mail"],
      [{ topic: "nobody" }, () => false],
      [{ topic: `'";--`, client: `'";--\\` }, () => false],
    ];
    for (const [filter, holds] of asked) {
      const found = await pages(sql, { ...everything, ...filter }, 37);
      expect(plain(found)).toEqual(plain(all.filter(holds)));
      const times = found.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
  });
});

test("[AS2] a search ends where enough was found, and says how far back it looked and what was not kept", async () => {
  await searching(async (sql, all) => {
    const few = await searchAudit(sql, everything, { limit: 5, position: null, deadlineMs: 5_000 });
    expect(few.stopped).toBe("limit");
    expect(few.rows).toBeLessThan(40);
    expect(few.backToMs).toBe(few.events.at(-1)!.atMs);

    const whole = await searchAudit(sql, everything, { limit: 10_000, position: null, deadlineMs: 5_000 });
    expect(whole).toMatchObject({ stopped: "end", next: null, looked: all.length, lost: 17 });
    expect(whole.events).toHaveLength(all.length);
  });
});

test("[AS3] when the time is up, what was found is an answer, and going on finds the rest", async () => {
  await searching(async (sql, all) => {
    const found: FoundEvent[] = [];
    let position: Position | null = null;
    let cuts = 0;
    do {
      // Time for the first step alone.
      const page = await searchAudit(slow(sql), everything, { limit: 10_000, position, deadlineMs: 1_000 });
      found.push(...page.events);
      if (page.stopped === "time") cuts++;
      position = page.next;
    } while (position !== null);

    expect(cuts).toBeGreaterThan(0);
    expect(plain(found)).toEqual(plain(all));
  });
});

/** The first two statements are as quick as they are, each further one is late. */
function slow(sql: Sql): Sql {
  let statements = 0;
  return new Proxy(sql, {
    apply(target, self, args: Parameters<Sql>) {
      const query = Reflect.apply(target, self, args) as Promise<unknown>;
      if (!/^\s*with scanned/.test(String((args[0] as readonly string[])[0])) || ++statements === 1)
        return query;
      return query.then((rows) => new Promise((resolve) => setTimeout(() => resolve(rows), 1_500).unref()));
    },
  });
}

test("[AS4] how much there is is guessed without counting it", async () => {
  await searching(async (sql, all) => {
    await sql`analyze audit_batches`;
    const guess = await estimateEvents(sql, everything.fromMs, everything.toMs);
    expect(guess).toBeGreaterThan(all.length / 2);
    expect(guess).toBeLessThan(all.length * 2);
  });
});

test("[SA5] the life of a message of a quiet log is found however much has happened since", async () => {
  await searching(async (sql, all) => {
    const first = all.find(({ topic, kind }) => topic === "orders" && kind === 1)!;
    const id = (70_000).toString(16).padStart(8, "0") + first.seq.toString(16).padStart(8, "0");

    const life = await traceMessage(sql, id, { rowsMax: 3 });

    expect(life.map(({ event, atMs, topic }) => [event, atMs, topic])).toEqual([
      ["publish", first.atMs, "orders"],
    ]);
  });
});

test.each(["", "1", "1.2.3", "1.x", "1.1.1.1.no.1.1.1", "'; drop table audit_batches; --"])(
  "[AS5] %j is no place to go on from",
  (text) => expect(readPosition(text)).toBeNull(),
);
