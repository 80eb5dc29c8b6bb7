import fc from "fast-check";
import { expect, test } from "vitest";
import { grants, type Share, targets } from "./rdy.ts";

const turns = { lowRdyIdleTimeoutMs: 10_000, lowRdyTimeoutMs: 30_000 };
const nobody: Share = {
  rdyMax: 2_500,
  rdy: 0,
  inFlight: 0,
  late: 0,
  turnAtMs: 0,
  restAtMs: 0,
  messageAtMs: 0,
};

function shares(count: number, of: (index: number) => Partial<Share> = () => ({})): Share[] {
  return Array.from({ length: count }, (_, index) => ({ ...nobody, ...of(index) }));
}

test("[NC3] connections get the same, give or take one", () => {
  expect(targets(shares(3), 10, turns, 0)).toEqual([4, 3, 3]);
  expect(targets(shares(4), 4, turns, 0)).toEqual([1, 1, 1, 1]);
});

test("[NC3] a node gets no more than it allows", () => {
  expect(
    targets(
      shares(2, (index) => ({ rdyMax: index === 0 ? 5 : 2_500 })),
      100,
      turns,
      0,
    ),
  ).toEqual([5, 50]);
});

test("[NC3] a handler that runs on after its message was taken back counts as one that is held", () => {
  expect(
    targets(
      shares(2, (index) => ({ late: index === 0 ? 3 : 9 })),
      10,
      turns,
      0,
    ),
  ).toEqual([2, 0]);
});

test("[NC3] nothing is asked for while the limit is 0", () => {
  expect(
    targets(
      shares(3, () => ({ rdy: 1 })),
      0,
      turns,
      0,
    ),
  ).toEqual([0, 0, 0]);
});

test("[NC3] with more connections than that, those whose turn it is keep it while they send", () => {
  const now = 20_000;
  const all = shares(4, (index) => (index < 2 ? { rdy: 1, turnAtMs: 1_000, messageAtMs: 19_000 } : {}));

  expect(targets(all, 2, turns, now)).toEqual([1, 1, 0, 0]);
});

test("[NC3] who sends nothing gives its turn to who has waited longest", () => {
  const all = shares(4, (index) =>
    index < 2
      ? { rdy: 1, turnAtMs: 1_000, messageAtMs: index === 0 ? 2_000 : 19_000 }
      : { restAtMs: 500 - index },
  );

  expect(targets(all, 2, turns, 20_000)).toEqual([0, 1, 0, 1]);
});

test("[NC3] also who sends all the time has had its turn one day", () => {
  const all = shares(2, (index) => (index === 0 ? { rdy: 1, turnAtMs: 1_000, messageAtMs: 31_000 } : {}));

  expect(targets(all, 1, turns, 31_000)).toEqual([0, 1]);
});

test("[NC3] a turn that nobody waits for goes on", () => {
  expect(
    targets(
      shares(1, () => ({ rdy: 1 })),
      1,
      turns,
      99_000,
    ),
  ).toEqual([1]);
});

test("[NC3] every connection has its turn", () => {
  const all = shares(7).map((share) => ({ ...share }));
  const seen = new Set<number>();
  for (let nowMs = 5_000; nowMs < 400_000; nowMs += 5_000) {
    targets(all, 2, turns, nowMs).forEach((rdy, index) => {
      const share = all[index]!;
      if (rdy > 0) seen.add(index);
      if (rdy > 0 && share.rdy === 0) Object.assign(share, { rdy, turnAtMs: nowMs });
      else if (rdy === 0 && share.rdy > 0) Object.assign(share, { rdy, restAtMs: nowMs });
    });
  }

  expect(seen.size).toBe(7);
});

test("[NC3] what others still hold is waited for before anybody is told a higher RDY", () => {
  const before = shares(2, (index) => (index === 0 ? { rdy: 10, inFlight: 8 } : {}));

  expect(grants(before, [5, 5], 10)).toEqual({ rdys: [5, 2], isOwed: true });
  expect(
    grants(
      shares(2, (index) => (index === 0 ? { rdy: 5, inFlight: 5 } : { rdy: 2 })),
      [5, 5],
      10,
    ),
  ).toEqual({
    rdys: [5, 5],
    isOwed: false,
  });
});

test("[NC3] together never more is asked for than may be in flight, and all of it in the end", () => {
  const share = fc.record({
    rdy: fc.nat(20),
    inFlight: fc.nat(20),
    late: fc.nat(3),
    turnAtMs: fc.nat(99),
    restAtMs: fc.nat(99),
    messageAtMs: fc.nat(99),
    rdyMax: fc.constant(2_500),
  });
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 8 }), fc.nat(30), (all, maxInFlight) => {
      const wanted = targets(all, maxInFlight, turns, 100);
      const { rdys, isOwed } = grants(all, wanted, maxInFlight);

      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(wanted)).toBeLessThanOrEqual(maxInFlight);
      expect(rdys.every((rdy, index) => rdy >= 0 && rdy <= wanted[index]!)).toBe(true);
      const outstanding = (told: readonly number[]) =>
        sum(all.map(({ inFlight, late }, index) => Math.max(told[index]!, inFlight) + late));
      const lowered = all.map(({ rdy }, index) => Math.min(rdy, wanted[index]!));
      expect(outstanding(rdys)).toBeLessThanOrEqual(Math.max(maxInFlight, outstanding(lowered)));
      expect(isOwed).toBe(rdys.some((rdy, index) => rdy < wanted[index]!));
      if (all.every(({ inFlight, late, rdy }) => inFlight + late + rdy === 0)) expect(rdys).toEqual(wanted);
    }),
  );
});
