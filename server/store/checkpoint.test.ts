import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExceptionCheckpoint, TopicCheckpoint } from "../broker/checkpoint.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint-codec.ts";
import { fitCheckpoint, joinStored, noExceptions, owedFrom, type StoredLog } from "./checkpoint-fit.ts";

const u32 = fc.nat(2 ** 32 - 1);
const ranges = fc.array(fc.record({ logId: u32, from: u32, to: u32 }), { maxLength: 4 });
const exceptions = fc
  .array(fc.tuple(u32, u32, fc.nat(65_535), fc.double({ noNaN: true, min: 0 })), { maxLength: 20 })
  .map(
    (rows): ExceptionCheckpoint => ({
      logId: Uint32Array.from(rows, (row) => row[0]),
      seq: Uint32Array.from(rows, (row) => row[1]),
      attempts: Uint16Array.from(rows, (row) => row[2]),
      dueMs: Float64Array.from(rows, (row) => row[3]),
    }),
  );
const channels = fc.array(fc.record({ name: fc.string(), ranges, exceptions }), { maxLength: 3 });
const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  id: fc.maxSafeNat(),
  final: fc.boolean(),
  position: fc.record({ file: fc.maxSafeNat(), offset: u32 }),
  postgresLogs: fc.array(u32),
  topics: fc.array(fc.record({ name: fc.string(), ranges, deferred: exceptions, channels }), {
    maxLength: 5,
  }),
});

test("[SK1] a checkpoint is read back as it was written", () => {
  fc.assert(
    fc.property(checkpoints, (checkpoint) => {
      expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
    }),
  );
});

test("[SK2] a checkpoint that is cut or changed anywhere is none", () => {
  const bytes = encodeCheckpoint({
    id: 5,
    final: true,
    position: { file: 1, offset: 2 },
    postgresLogs: [7],
    topics: [topic({ a: [[1, 0, 9]] })],
  });

  for (let cut = 0; cut < bytes.length; cut++) {
    expect(decodeCheckpoint(bytes.subarray(0, cut)), `cut at byte ${cut}`).toBeNull();
    const changed = Buffer.from(bytes);
    changed[cut]! ^= 1;
    expect(decodeCheckpoint(changed), `byte ${cut} changed`).toBeNull();
  }
});

function topic(
  owed: Record<string, [number, number, number][]>,
  own: [number, number, number][] = [],
  name = "orders",
): TopicCheckpoint {
  const list = (some: [number, number, number][]) => some.map(([logId, from, to]) => ({ logId, from, to }));
  return {
    name,
    ranges: list(own),
    deferred: noExceptions,
    channels: Object.entries(owed).map(([channel, some]) => ({
      name: channel,
      ranges: list(some),
      exceptions: noExceptions,
    })),
  };
}

const runs = (logId: number, runsFrom: number, runsTo: number, name = "orders"): StoredLog => ({
  ...{ logId, topic: name, runsFrom, runsTo, looseFrom: 0, looseTo: 0 },
});

test("[SK3] after a crash what was in memory only is not owed any more", () => {
  const fitted = fitCheckpoint(
    [topic({ a: [[1, 50, 900]], b: [[1, 450, 900]] })],
    joinStored([runs(1, 100, 400)]),
    [],
  );

  expect(fitted).toEqual([topic({ a: [[1, 100, 400]], b: [] })]);
});

test("[SK4] after a crash what was stored since the checkpoint is owed to every channel", () => {
  const before = [topic({ a: [[1, 50, 300]], b: [] })];

  expect(fitCheckpoint(before, joinStored([runs(1, 0, 400)]), [])).toEqual([
    topic({ a: [[1, 50, 400]], b: [[1, 300, 400]] }),
  ]);
});

test("[SK8] what a paused topic held back goes on being held back", () => {
  const before = [topic({ a: [[1, 50, 200]] }, [[1, 200, 300]])];

  expect(fitCheckpoint(before, joinStored([runs(1, 0, 400)]), [])).toEqual([
    topic({ a: [[1, 50, 200]] }, [[1, 200, 400]]),
  ]);
});

test("[SK5] a log that no checkpoint knows is its topic's: for the channels there are, else for the first", () => {
  const known = [{ name: "orders", paused: false, channels: [{ name: "a", paused: false }] }];

  expect(fitCheckpoint([], joinStored([runs(2, 0, 5), runs(1, 3, 9), runs(9, 0, 1, "new")]), known)).toEqual([
    topic({
      a: [
        [1, 3, 9],
        [2, 0, 5],
      ],
    }),
    topic({}, [[9, 0, 1]], "new"),
  ]);
});

test("[SK6] a single message is owed as long as a block has it, a loose one too", () => {
  const list: ExceptionCheckpoint = {
    logId: Uint32Array.of(1, 1, 1, 2),
    seq: Uint32Array.of(5, 50, 500, 5),
    attempts: Uint16Array.of(1, 2, 3, 4),
    dueMs: Float64Array.of(0, 9, 0, 0),
  };
  const before: TopicCheckpoint = { ...topic({}), channels: [{ name: "a", ranges: [], exceptions: list }] };
  const stored = joinStored([{ ...runs(1, 0, 10), looseFrom: 40, looseTo: 60 }]);

  const [fitted] = fitCheckpoint([before], stored, []);

  expect(Array.from(fitted!.channels[0]!.exceptions.seq)).toEqual([5, 50]);
  expect(Array.from(fitted!.channels[0]!.exceptions.attempts)).toEqual([1, 2]);
  expect(owedFrom([fitted!])).toEqual(new Map([[1, 5]]));
});

test("[SK7] what two stores have of a log is one stretch", () => {
  expect(
    joinStored(
      [runs(1, 5, 10)],
      [runs(1, 10, 20), runs(2, 0, 0)],
      [{ ...runs(1, 0, 0), looseFrom: 3, looseTo: 4 }],
    ),
  ).toEqual(
    new Map([
      [1, { ...runs(1, 5, 20), looseFrom: 3, looseTo: 4 }],
      [2, runs(2, 0, 0)],
    ]),
  );
});
