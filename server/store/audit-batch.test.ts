import fc from "fast-check";
import { expect, test } from "vitest";
import { type AuditDirectory, decodeSection } from "../../db/audit-format.ts";
import type { ClientIdentity } from "../broker/ports.ts";
import { AuditBatch, type AuditRow } from "./audit-batch.ts";

const places = [
  { topicName: "orders", channelName: "" },
  { topicName: "orders", channelName: "billing" },
  { topicName: "__proto__", channelName: "constructor" },
];
const clients: (ClientIdentity | null)[] = [
  null,
  ...[1, 2, 70_000].map((number) => ({
    number,
    clientId: `c${number}`,
    hostname: "h\0\ud800",
    remoteAddress: "127.0.0.1:1",
  })),
];

interface Record9 {
  kind: number;
  place: number;
  client: number;
  logId: number;
  seq: number;
  count: number;
  attempts: number;
  delayMs: number;
  atMs: number;
}

const records: fc.Arbitrary<Record9[]> = fc.array(
  fc.record({
    kind: fc.integer({ min: 1, max: 7 }),
    place: fc.nat(places.length - 1),
    client: fc.nat(clients.length - 1),
    logId: fc.constantFrom(0, 1, 4_294_967_295),
    seq: fc.oneof(fc.nat(3000), fc.nat(2 ** 31)),
    count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70_000 })),
    attempts: fc.oneof(fc.nat(2), fc.nat(65_535)),
    delayMs: fc.oneof(fc.constant(0), fc.nat(2 ** 32 - 1)),
    atMs: fc.oneof(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_001_000 }), fc.nat(2 ** 41)),
  }),
  { minLength: 1, maxLength: 200 },
);

function encode(list: readonly Record9[]): AuditRow[] {
  const batch = new AuditBatch(null);
  for (const one of list) {
    const { kind, logId, seq, count, attempts, delayMs, atMs } = one;
    batch.add(kind, places[one.place]!, clients[one.client]!, logId, seq, count, attempts, delayMs, atMs);
  }
  return [...batch.rows()];
}

function decode(rows: readonly AuditRow[]): Record9[] {
  return rows.flatMap((row) => {
    const directory = JSON.parse(row.directory) as AuditDirectory;
    return directory.sections.flatMap(([logId, place, kind, , , firstSeq, firstAtMs, offset, bytes]) =>
      [...decodeSection(row.body.subarray(offset, offset + bytes), kind, firstSeq, firstAtMs)].map((run) => ({
        ...{
          kind,
          logId,
          seq: run.seq,
          count: run.count,
          attempts: run.attempts,
          delayMs: run.delayMs,
          atMs: run.atMs,
        },
        place: places.findIndex(
          (one) =>
            one.topicName === directory.places[place]![0] && one.channelName === directory.places[place]![1],
        ),
        client: clients.findIndex((one) => (one?.number ?? 0) === run.client),
      })),
    );
  });
}

const key = (one: Record9) => JSON.stringify(Object.entries(one).sort());

test("[SA12] rows say their node's epoch, and nothing where it had none", () => {
  const told = (epoch: number | null) => {
    const batch = new AuditBatch(epoch);
    batch.add(1, places[0]!, null, 1, 1, 600, 0, 0, 1_700_000_000_000);
    batch.add(3, places[1]!, null, 2, 1, 1, 1, 0, 1_700_000_000_000);
    return [...batch.rows()].map((row) => (JSON.parse(row.directory) as AuditDirectory).epoch);
  };

  expect(told(7)).toEqual([7, 7]);
  expect(told(null)).toEqual([undefined, undefined]);
});

test("[SA1] every event is read back from the rows as it was recorded, and none besides", () => {
  fc.assert(
    fc.property(records, (list) => {
      expect(decode(encode(list)).map(key).sort()).toEqual(list.map(key).sort());
    }),
    { numRuns: 300 },
  );
});

test("[SA2] a row says how many events it has, when, of which logs, and spans under 16 sequences for each", () => {
  fc.assert(
    fc.property(records, (list) => {
      const rows = encode(list);
      expect(rows.reduce((sum, row) => sum + row.events, 0)).toBe(
        list.reduce((sum, one) => sum + one.count, 0),
      );
      expect(rows.filter((row) => row.logId !== null).length).toBeLessThanOrEqual(3);
      for (const row of rows) {
        const found = decode([row]);
        expect(row.fromMs).toBe(Math.min(...found.map((one) => one.atMs)));
        expect(row.toMs).toBe(Math.max(...found.map((one) => one.atMs)));
        if (row.logIds) {
          expect([...row.logIds].sort()).toEqual([...new Set(found.map((one) => one.logId))].sort());
          continue;
        }
        expect(row.seqMin).toBe(Math.min(...found.map((one) => one.seq)));
        expect(row.seqMax).toBe(Math.max(...found.map((one) => one.seq + one.count - 1)));
        expect(row.seqMax! - row.seqMin! + 1).toBeLessThan(16 * row.events);
      }
    }),
    { numRuns: 300 },
  );
});

test("[SA3] events in order take at most 6 bytes each, also when several consumers take turns", () => {
  const list: Record9[] = [];
  for (let i = 0; i < 20_000; i++) {
    const consumer = i % 3;
    const seq = Math.floor(i / 3) + consumer * 300;
    const atMs = 1_700_000_000_000 + (i >> 2);
    list.push({
      kind: 3,
      place: 1,
      client: 1 + consumer,
      logId: 65_536,
      seq,
      count: 1,
      attempts: 1,
      delayMs: 0,
      atMs,
    });
  }

  const rows = encode(list);

  const bytes = rows.reduce((sum, row) => sum + row.body.length + row.directory.length, 0);
  expect(bytes / list.length).toBeLessThanOrEqual(6);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ logId: 65_536, logIds: null });
});

test("[SA4] ten thousand quiet logs share rows", () => {
  const rows = encode(
    Array.from({ length: 10_000 }, (_, i) => ({
      ...{
        kind: 3,
        place: 1,
        client: 1,
        logId: 65_536 + i,
        seq: 5,
        count: 1,
        attempts: 1,
        delayMs: 0,
        atMs: 1_700_000_000_000,
      },
    })),
  );

  expect(rows.length).toBeLessThanOrEqual(5);
});
