import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../broker/testing/random.ts";
import { check, invariants } from "./check.ts";
import { describe as inWords } from "./describe.ts";
import type { HistoryEvent } from "./event.ts";
import { decodeEvents, encodeEvent, lineBytesMax } from "./lines.ts";
import { faults } from "./testing/faults.ts";
import { goodHistory } from "./testing/good-histories.ts";

const seeds = fc.integer({ min: 1, max: 1_000_000 });

test("[VF1] a run in which everything was kept is found good, and every invariant was judged", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const report = check(goodHistory(seed));

      expect(report.isViolated, inWords(report)).toBe(false);
      expect(report.verdicts.filter(({ verdict }) => verdict !== "held")).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each(faults.map((fault) => [fault.breaks, fault.what, fault] as const))(
  "[VF2] %s: %s",
  (id, _, { plant }) => {
    let planted = 0;

    fc.assert(
      fc.property(seeds, (seed) => {
        const spoilt = plant(goodHistory(seed), new Random(seed));
        if (!spoilt) return;
        planted++;
        const report = check(spoilt);
        const verdict = report.verdicts.find((found) => found.id === id);

        expect(verdict?.verdict, inWords(report)).toBe("violated");
        expect(verdict?.witness?.timeline.length).toBeGreaterThan(0);
      }),
      { numRuns: 20 },
    );

    expect(planted).toBeGreaterThan(3);
  },
);

test("[VF2] every invariant has a fault that breaks it", () => {
  expect(new Set(faults.map(({ breaks }) => breaks))).toEqual(new Set(invariants.map(({ id }) => id)));
});

test("[VF3] the verdict does not depend on the order of the lines, but for the store's own", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const events = goodHistory(seed);
      const random = new Random(seed);
      const isStores = ({ op }: HistoryEvent) =>
        op === "commit" || op === "epoch" || op === "adopt" || op === "own";
      const mixed = events
        .filter((event) => !isStores(event))
        .map((event) => ({ event, at: random.next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ event }) => event);

      const report = check([...mixed, ...events.filter(isStores)]);

      expect(report.isViolated, inWords(report)).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test("[VF4] what a history cannot decide is undecided, not held", () => {
  const report = check([]);

  expect(new Set(report.verdicts.map(({ verdict }) => verdict))).toEqual(new Set(["undecided"]));
});

test("[VF5] a violation is shown by one message, with the seed, the options and the events of its nodes", () => {
  const lost = faults.find(({ what }) => what === "an acknowledged message never comes")!;
  const report = check(lost.plant(goodHistory(3), new Random(3))!);

  const { witness } = report.verdicts.find(({ id }) => id === "I1")!;
  const uids = new Set(witness!.timeline.flatMap((event) => ("uid" in event ? [event.uid] : [])));
  const words = inWords(report);

  expect(uids.size).toBe(1);
  expect(words).toContain("seed 7");
  expect(words).toContain('"leaseTtlMs":500');
  expect(words).toMatch(/I1 +VIOLATED/);
  expect(words).toMatch(/publish ok uid m\d+/);
});

test("[VF6] a history is the same after it was written and read", () => {
  const events = goodHistory(11);

  expect(decodeEvents(events.map(encodeEvent).join(""))).toEqual(events);
});

test.each([
  ["{", "line 1 is not JSON"],
  ['{"op":"dance"}', "line 1: "],
  ['{"op":"start","t":1,"proc":"h","kind":"ok"}', "line 1: node: "],
  ['{"op":"start","t":1,"proc":"h","kind":"ok","node":"a","more":1}', "line 1: "],
  ['{"op":"heal","t":-1,"proc":"h","kind":"ok"}', "line 1: t: "],
  ["x".repeat(lineBytesMax + 1), "line 1 is too long"],
])("[VF6] a line that is no event is refused by its number: %.40s", (line, message) => {
  expect(() => decodeEvents(`${line}\n`)).toThrow(message);
});

test("[VF6] the line that was being written when its writer died is left out", () => {
  const whole = encodeEvent({ op: "heal", t: 1, proc: "harness", kind: "ok" });

  expect(decodeEvents(whole + whole.slice(0, 9))).toHaveLength(1);
});
